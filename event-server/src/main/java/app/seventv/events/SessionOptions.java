package app.seventv.events;

/**
 * What applies to every session (event-api.md §8, §16).
 *
 * @param heartbeatMs shortest heartbeat interval; each session adds up to 10 %
 * @param ttlMs shortest time after which a session must reconnect; each session adds up to 10 %
 * @param subscriptionLimit topics a session may hold, −1 for any number
 * @param maxPendingBytes bytes a client may leave unread beyond the transport's own buffers
 * @param instance name of this instance in HELLO
 */
record SessionOptions(
    int heartbeatMs, long ttlMs, int subscriptionLimit, long maxPendingBytes, String instance) {}
