package app.seventv.events;

/**
 * What the sessions of one kind of client on one loop have in common, so that each keeps one
 * reference to it.
 */
record SessionGroup(SessionLoop loop, ClientKind client) {}
