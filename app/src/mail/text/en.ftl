# Letters by e-mail.
letter-device-subject = A new device signed in
letter-device = Somebody signed in to your { $house } portal on a device that we had not seen before.
letter-factor-subject = How you sign in has changed
letter-factor-password = Your password was changed.
letter-factor-passkey = The passkeys that you sign in with were changed.
letter-factor-authenticator = The app that shows your sign-in codes was changed.
letter-factor-recovery = New recovery codes were made, and the old ones no longer work.
letter-address-subject = Your e-mail address has changed
letter-address = The e-mail address that { $house } writes to you at was changed. This letter goes to the old address and to the new one.
letter-not-you = If this was you, there is nothing to do. If it was not, sign in now, change your password under Profile & security and end every other session. If you cannot sign in, call us.
letter-reset-subject = A code for a new password
letter-reset = Somebody, probably you, wants to set a new password. Type this code on the page that asks for it.
letter-confirm-subject = A code to confirm your address
letter-confirm = Somebody, probably you, is changing the e-mail address of your sign-in. Type this code on the page that asks for it.
letter-code-until = Good once, until { $moment }.
letter-code-not-you = If this was not you, do nothing: without the code nothing changes. Give it to nobody, not even to us.
letter-invitation-subject = Your way in
letter-invitation = { $house } has opened its portal for you. Type { $host } into your browser, choose to activate your access and type this code.
letter-invitation-then = You will need your customer number too. Give the code to nobody, not even to us.
letter-blocked-subject = Sign-in blocked for a while
letter-blocked = Somebody tried several times to sign in to your access and was wrong each time. For your safety that way in is blocked for some minutes.
letter-blocked-then = If this was you, wait and try again. If it was not, nobody has come in, and a browser that you use often still works.
letter-recovery-subject = A recovery code was used
letter-recovery = { $n ->
    [0] Somebody signed in with your password and your last recovery code.
    [one] Somebody signed in with your password and a recovery code. One code is left.
   *[other] Somebody signed in with your password and a recovery code. { $n } codes are left.
}
letter-activated-subject = Your access was set up anew
letter-activated = Your { $house } access was set up anew with a code that we sent or handed over. What you signed in with before no longer works.
letter-activated-then = If this was not you, call us at once.
letter-taken-subject = This address is in use already
letter-taken = Somebody wanted to use this address for a { $house } access. It serves one already, and nothing was changed.
letter-taken-then = If this was you, sign in with the access that you have, or choose another address.
letter-parcel-subject = News of a parcel
letter-parcel = There is something new about a parcel of yours.
letter-claim-subject = News of a claim
letter-claim = There is something new about a claim of yours.
letter-sign-in = Sign in to see what it is.
letter-when = When
letter-on = On
letter-no-link = This letter holds no link. Type { $host } into your browser yourself.
letter-never-asks = We never ask for a password or a code by e-mail or by telephone.
letter-no-answer = Nobody reads answers to this letter.
demo-mail-title = Letters of the demonstration
demo-mail-link = Read the demonstration’s letters
demo-mail-only = This page exists only in the demonstration. Letters are shown here instead of being sent, and anybody can read them.
demo-mail-none = No letters yet
demo-mail-none-text = Codes and notices will appear here.
demo-mail-back = All letters
demo-mail-to = To
demo-mail-html = Show as HTML
demo-mail-wiped = What it said has expired and was wiped.
