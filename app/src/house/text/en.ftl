# What an institution has made of its portal.
problem-module = This is not offered here
problem-module-text = The institution has switched this part off. Everything else works as always.
problem-looks = Nothing can be changed in a customer’s place
problem-looks-text = You look at the portal as the customer sees it. Pages alone are shown, and nothing is done in their name.
problem-to-desk = To the administration
support-bar = You see the portal as { $name } does, until { $time }
support-reason = Reason: { $reason }
support-end = Stop looking
