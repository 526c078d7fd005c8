# Ce qu’un établissement a fait de son portail.
problem-module = Ceci n’est pas proposé ici
problem-module-text = L’établissement a désactivé cette partie. Tout le reste fonctionne comme toujours.
problem-looks = Rien ne peut être modifié à la place d’un client
problem-looks-text = Vous voyez le portail comme le client. Seules les pages sont affichées ; rien n’est fait en son nom.
problem-to-desk = Vers l’administration
support-bar = Vous voyez le portail comme { $name }, jusqu’à { $time }
support-reason = Motif : { $reason }
support-end = Arrêter
