#   Who is where, for compose.yml. Gateways and runners are not in it: they connect to the others.
#   The store has a thread of its own in the core's process. A name can't be bound to: bind is the address.
topology
    auth = "tcp://core:5601"
        bind = "tcp://0.0.0.0:5601"
    room = "tcp://core:5601"
        bind = "tcp://0.0.0.0:5601"
    scoring = "tcp://core:5601"
        bind = "tcp://0.0.0.0:5601"
    judge = "tcp://core:5601"
        bind = "tcp://0.0.0.0:5601"
    scheduler = "tcp://core:5601"
        bind = "tcp://0.0.0.0:5601"
    fanout = "tcp://core:5601"
        bind = "tcp://0.0.0.0:5601"
        stream = "tcp://core:5602"
            bind = "tcp://0.0.0.0:5602"
    store = "tcp://core:5603"
        bind = "tcp://0.0.0.0:5603"
