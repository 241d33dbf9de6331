/**
 * Live events over websocket and SSE.
 *
 * <pre>
 * bus thread:  BusConsumer → DispatchConverter → SharedDispatch (JSON rendered once)
 *                                 │ one queue per loop
 * each loop:   SessionLoop → TopicTable (topic → slots) → FanOut (shared head, own tail) → Session
 * HTTP:        EventEndpoint → WebSocketSession or SseSession on the connection's own loop
 * </pre>
 */
@NullMarked
package app.seventv.events;

import org.jspecify.annotations.NullMarked;
