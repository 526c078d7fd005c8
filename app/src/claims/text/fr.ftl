# Claims.
