"""Simulate the study `demo`: an omnichannel retailer whose truth is known.

The model is causal: what stands left of an arrow is drawn first and enters what stands
right of it, and nothing else does. docs/demo-truth.md has the diagram and every
parameter; the parameters themselves are the constants of the modules named here.

::

    traits, attributes ─┬────────────> journeys (who meets what, when) ──> contacts
     (population)       │                  ^   ^                              │
                        │   bad contact ───┘   │        operations, measures, │
                        │                      │        incident, chance      v
                        │                   leaving <── satisfaction <── quality felt
                        │                      ^           │    (memory per touchpoint)
                        ├──────────────────────┘           │
                        └─> spend, returns, referrals <────┤
                        └─> answers, response, texts  <────┘

Three kinds of variables are confounders on purpose: attachment raises ratings, spending
and staying; leniency and scale use colour every answer and no experience; price
sensitivity lowers spending and raises returns.
"""
