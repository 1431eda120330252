"""People who work at an institution, before a screen: how they are let in for a day, and how their pages sign.

1. Somebody who has a certificate of the institution asks for an invitation, and names whom it is for.
2. The invitation's code goes to that person as the part of a link that no browser sends anywhere. It works once, for a
   quarter of an hour; the institution keeps its hash alone.
3. The page makes a key that never leaves the browser, and brings the code, signed with that key: it is admitted.
4. For twelve hours the page signs its requests with the key, under a keyid of its own kind. It reads what the
   certificate would open, and changes only what is named to be open to it.
5. Whoever leaves, or stays longer than that, is admitted no more and needs another invitation. Whoever has the
   certificate can put everybody out at once, should a link have come into the wrong hands.

`admissions` keeps who is admitted, `door` says who has signed, `routes` are how 1., 3. and 5. are asked for.
"""
