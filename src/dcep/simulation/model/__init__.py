"""The seeded model of PROTOCOL: ledgers, workers, senders and faults in one process, over the real engines.

1. A cast is drawn from the seed and opened without faults (network, opening).
2. At each step somebody acts: a sender signs or repeats, a worker appends, folds or crashes, a relay carries, a
   holder of old bytes brings them again, time goes on (play, senders, holders, officers, workers, relays, disk).
3. Every frame is judged at once by a reading of its own, which holds it to the laws (reading, laws).
4. In the end the faults stop: everything arrives, and nothing may be left open (ending).
5. A variant leaves one rule out on purpose, to show that the laws see it (broken).
6. Many seeds are a campaign; the first violation is told again without whatever it does not need (campaign, story).
"""
