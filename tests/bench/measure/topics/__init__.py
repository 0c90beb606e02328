"""What can be measured: each topic is a module with measure(topic, quick), whose first line of documentation is its title."""

from measure.topics import boot, chain, client, control, engine, graph, idle, large, logger, memory, new, plan, respawn, soak, sockets, start, stop, storm, syscalls

TOPICS = {
    "memory": memory,
    "respawn": respawn,
    "start": start,
    "new": new,
    "boot": boot,
    "large": large,
    "idle": idle,
    "syscalls": syscalls,
    "storm": storm,
    "client": client,
    "control": control,
    "chain": chain,
    "graph": graph,
    "plan": plan,
    "engine": engine,
    "stop": stop,
    "logger": logger,
    "sockets": sockets,
    "soak": soak,
}
