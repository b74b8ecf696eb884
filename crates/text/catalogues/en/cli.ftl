# Texts of the command line.
cli-done = Done

# Why attribution answers as it does.
reason-held-throughout = held during the whole time in question, alone
reason-held-partly = held during a part of the time in question
reason-not-held = nobody held it then
reason-not-ours = outside our address space and unknown to the inventory
reason-shared-infrastructure = shared by many customers: a domain, account or port must tell which
reason-port-needed = several customers share the address by port: the source port is needed
reason-time-needed = the report names no time: these hold it now
reason-conflict = the name and the address lead to different contracts
reason-overlap = several contracts held the same thing at the same time
reason-in-future = the event lies in the future
