# Was ein Institut aus seinem Portal gemacht hat.
problem-module = Das wird hier nicht angeboten
problem-module-text = Das Institut hat diesen Teil abgeschaltet. Alles andere funktioniert wie immer.
problem-looks = An der Stelle eines Kunden kann nichts geändert werden
problem-looks-text = Sie sehen das Portal wie der Kunde. Es werden nur Seiten gezeigt, und nichts geschieht in seinem Namen.
problem-to-desk = Zur Verwaltung
support-bar = Sie sehen das Portal wie { $name }, bis { $time }
support-reason = Grund: { $reason }
support-end = Beenden
