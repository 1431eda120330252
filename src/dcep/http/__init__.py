"""What every HTTP service answers alike: problems, bodies, pages, keys of orders, events, health, its description.

`server` serves an app until it is told to stop, `edge` stands in front of it: no handler ever sees a body that is too
large or too slow. The reference is docs/reference/http.md.
"""
