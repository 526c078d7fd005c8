# Portfolio.
