# Les lettres par e-mail.
letter-device-subject = Connexion depuis un nouvel appareil
letter-device = Quelqu’un s’est connecté à votre espace { $house } depuis un appareil que nous n’avions encore jamais vu.
letter-factor-subject = Votre façon de vous connecter a changé
letter-factor-password = Votre mot de passe a été changé.
letter-factor-passkey = Les clés d’accès avec lesquelles vous vous connectez ont été changées.
letter-factor-authenticator = L’application qui affiche vos codes de connexion a été changée.
letter-factor-recovery = De nouveaux codes de secours ont été créés ; les anciens ne fonctionnent plus.
letter-address-subject = Votre adresse e-mail a changé
letter-address = L’adresse e-mail à laquelle { $house } vous écrit a été changée. Cette lettre part à l’ancienne adresse et à la nouvelle.
letter-not-you = Si c’était vous, il n’y a rien à faire. Sinon, connectez-vous maintenant, changez votre mot de passe sous Profil et sécurité et fermez toutes les autres sessions. Si vous ne pouvez pas vous connecter, appelez-nous.
letter-reset-subject = Un code pour un nouveau mot de passe
letter-reset = Quelqu’un, sans doute vous, veut choisir un nouveau mot de passe. Tapez ce code sur la page qui le demande.
letter-confirm-subject = Un code pour confirmer votre adresse
letter-confirm = Quelqu’un, sans doute vous, change l’adresse e-mail de votre connexion. Tapez ce code sur la page qui le demande.
letter-code-until = Valable une fois, jusqu’au { $moment }.
letter-code-not-you = Si ce n’était pas vous, ne faites rien : sans le code, rien ne change. Ne le donnez à personne, pas même à nous.
letter-invitation-subject = Votre accès
letter-invitation = { $house } vous ouvre son espace client. Tapez { $host } dans votre navigateur, choisissez d’activer votre accès et tapez ce code.
letter-invitation-then = Il vous faudra aussi votre numéro de client. Ne donnez le code à personne, pas même à nous.
letter-blocked-subject = Connexion bloquée pour un moment
letter-blocked = Quelqu’un a essayé plusieurs fois d’entrer dans votre accès et s’est trompé à chaque fois. Pour votre sécurité, cette voie est bloquée quelques minutes.
letter-blocked-then = Si c’était vous, attendez puis réessayez. Sinon, personne n’est entré, et un navigateur que vous utilisez souvent fonctionne toujours.
letter-recovery-subject = Un code de secours a été utilisé
letter-recovery = { $n ->
    [0] Quelqu’un s’est connecté avec votre mot de passe et votre dernier code de secours.
    [one] Quelqu’un s’est connecté avec votre mot de passe et un code de secours. Il en reste un.
   *[other] Quelqu’un s’est connecté avec votre mot de passe et un code de secours. Il en reste { $n }.
}
letter-activated-subject = Votre accès a été recréé
letter-activated = Votre accès { $house } a été recréé avec un code que nous avons envoyé ou remis. Ce qui vous servait à vous connecter ne fonctionne plus.
letter-activated-then = Si ce n’était pas vous, appelez-nous tout de suite.
letter-taken-subject = Cette adresse est déjà utilisée
letter-taken = Quelqu’un a voulu utiliser cette adresse pour un accès { $house }. Elle en sert déjà un, et rien n’a été changé.
letter-taken-then = Si c’était vous, connectez-vous avec l’accès que vous avez, ou choisissez une autre adresse.
letter-parcel-subject = Du nouveau pour un colis
letter-parcel = Il y a du nouveau pour l’un de vos colis.
letter-claim-subject = Du nouveau pour un sinistre
letter-claim = Il y a du nouveau pour l’un de vos sinistres.
letter-sign-in = Connectez-vous pour le voir.
letter-when = Quand
letter-on = Sur
letter-no-link = Cette lettre ne contient aucun lien. Tapez vous-même { $host } dans votre navigateur.
letter-never-asks = Nous ne demandons jamais de mot de passe ni de code par e-mail ou par téléphone.
letter-no-answer = Personne ne lit les réponses à cette lettre.
demo-mail-title = Les lettres de la démonstration
demo-mail-link = Lire les lettres de la démonstration
demo-mail-only = Cette page n’existe que dans la démonstration. Les lettres y sont affichées au lieu d’être envoyées, et tout le monde peut les lire.
demo-mail-none = Pas encore de lettre
demo-mail-none-text = Les codes et les avis apparaîtront ici.
demo-mail-back = Toutes les lettres
demo-mail-to = À
demo-mail-html = Afficher en HTML
demo-mail-wiped = Ce qu’elle disait a expiré et a été effacé.
