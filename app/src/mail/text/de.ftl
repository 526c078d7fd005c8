# Briefe per E-Mail.
letter-device-subject = Anmeldung auf einem neuen Gerät
letter-device = Jemand hat sich in Ihrem Portal von { $house } auf einem Gerät angemeldet, das wir noch nicht kannten.
letter-factor-subject = Ihre Anmeldung wurde geändert
letter-factor-password = Ihr Passwort wurde geändert.
letter-factor-passkey = Die Passkeys, mit denen Sie sich anmelden, wurden geändert.
letter-factor-authenticator = Die App, die Ihre Anmeldecodes anzeigt, wurde geändert.
letter-factor-recovery = Neue Wiederherstellungscodes wurden erstellt; die alten gelten nicht mehr.
letter-address-subject = Ihre E-Mail-Adresse wurde geändert
letter-address = Die E-Mail-Adresse, an die { $house } Ihnen schreibt, wurde geändert. Dieser Brief geht an die alte und an die neue Adresse.
letter-not-you = Waren Sie das, ist nichts zu tun. Wenn nicht, melden Sie sich jetzt an, ändern Sie unter Profil & Sicherheit Ihr Passwort und beenden Sie alle anderen Sitzungen. Können Sie sich nicht anmelden, rufen Sie uns an.
letter-reset-subject = Ein Code für ein neues Passwort
letter-reset = Jemand, wahrscheinlich Sie, möchte ein neues Passwort setzen. Geben Sie diesen Code auf der Seite ein, die danach fragt.
letter-confirm-subject = Ein Code, um Ihre Adresse zu bestätigen
letter-confirm = Jemand, wahrscheinlich Sie, ändert die E-Mail-Adresse Ihrer Anmeldung. Geben Sie diesen Code auf der Seite ein, die danach fragt.
letter-code-until = Gilt einmal, bis { $moment }.
letter-code-not-you = Waren Sie das nicht, tun Sie nichts: Ohne den Code ändert sich nichts. Geben Sie ihn niemandem, auch uns nicht.
letter-invitation-subject = Ihr Zugang
letter-invitation = { $house } hat Ihnen das Kundenportal geöffnet. Geben Sie { $host } in Ihren Browser ein, wählen Sie, Ihren Zugang freizuschalten, und geben Sie diesen Code ein.
letter-invitation-then = Sie brauchen auch Ihre Kundennummer. Geben Sie den Code niemandem, auch uns nicht.
letter-blocked-subject = Anmeldung für eine Weile gesperrt
letter-blocked = Jemand hat mehrmals versucht, sich bei Ihrem Zugang anzumelden, und lag jedes Mal falsch. Zu Ihrer Sicherheit ist dieser Weg für einige Minuten gesperrt.
letter-blocked-then = Waren Sie es selbst, warten Sie und versuchen Sie es erneut. Wenn nicht: Es ist niemand hineingekommen, und ein Browser, den Sie oft nutzen, geht weiterhin.
letter-recovery-subject = Ein Ersatzcode wurde benutzt
letter-recovery = { $n ->
    [0] Jemand hat sich mit Ihrem Passwort und Ihrem letzten Ersatzcode angemeldet.
    [one] Jemand hat sich mit Ihrem Passwort und einem Ersatzcode angemeldet. Ein Code ist übrig.
   *[other] Jemand hat sich mit Ihrem Passwort und einem Ersatzcode angemeldet. { $n } Codes sind übrig.
}
letter-activated-subject = Ihr Zugang wurde neu eingerichtet
letter-activated = Ihr { $house }-Zugang wurde mit einem Code neu eingerichtet, den wir verschickt oder übergeben haben. Womit Sie sich vorher angemeldet haben, gilt nicht mehr.
letter-activated-then = Waren Sie das nicht, rufen Sie uns sofort an.
letter-taken-subject = Diese Adresse wird schon benutzt
letter-taken = Jemand wollte diese Adresse für einen { $house }-Zugang verwenden. Sie gehört schon zu einem, und es wurde nichts geändert.
letter-taken-then = Waren Sie es selbst, melden Sie sich mit dem Zugang an, den Sie haben, oder wählen Sie eine andere Adresse.
letter-parcel-subject = Neues zu einem Paket
letter-parcel = Zu einem Ihrer Pakete gibt es etwas Neues.
letter-claim-subject = Neues zu einem Schaden
letter-claim = Zu einem Ihrer Schäden gibt es etwas Neues.
letter-sign-in = Melden Sie sich an, um es zu sehen.
letter-when = Wann
letter-on = Auf
letter-no-link = In diesem Brief ist kein Link. Geben Sie { $host } selbst in Ihren Browser ein.
letter-never-asks = Wir fragen nie per E-Mail oder am Telefon nach einem Passwort oder einem Code.
letter-no-answer = Antworten auf diesen Brief liest niemand.
demo-mail-title = Briefe der Vorführung
demo-mail-link = Die Briefe der Vorführung lesen
demo-mail-only = Diese Seite gibt es nur in der Vorführung. Briefe werden hier gezeigt, statt verschickt zu werden, und jeder kann sie lesen.
demo-mail-none = Noch keine Briefe
demo-mail-none-text = Codes und Mitteilungen erscheinen hier.
demo-mail-back = Alle Briefe
demo-mail-to = An
demo-mail-html = Als HTML zeigen
demo-mail-wiped = Was darin stand, ist abgelaufen und wurde gelöscht.
