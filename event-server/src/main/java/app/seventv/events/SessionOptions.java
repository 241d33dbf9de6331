package app.seventv.events;

/**
 * What applies to every session (event-api.md §8, §16).
 *
 * @param heartbeatMs shortest heartbeat interval; each session adds up to 10 %
 * @param ttlMs shortest time after which a session must reconnect; each session adds up to 10 %
 * @param subscriptionLimit topics a session may hold, −1 for any number
 * @param maxPendingBytes bytes a client may leave unread beyond the transport's own buffers
 * @param writeTimeoutMs how long a client may leave the transport's own buffers full
 * @param commandsPerSecond commands that a session may go on sending
 * @param commandBurst commands that it may send at once
 * @param joinPresences recent presences sent when a channel is joined
 * @param joinBytes most bytes of them
 * @param instance name of this instance in HELLO
 * @param sseCloseData whether the last event of a stream carries data
 * @param sseRetryMs shortest pause a stream that is ended asks for; each adds up to as much again;
 *     0 asks for none
 */
record SessionOptions(
    int heartbeatMs,
    long ttlMs,
    int subscriptionLimit,
    long maxPendingBytes,
    int writeTimeoutMs,
    int commandsPerSecond,
    int commandBurst,
    int joinPresences,
    long joinBytes,
    String instance,
    boolean sseCloseData,
    int sseRetryMs) {}
