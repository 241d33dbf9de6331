package app.seventv.events.dispatch;

import app.seventv.model.Id;
import app.seventv.model.topic.EventType;

/**
 * What subscribers of one object are told.
 *
 * @param type event type
 * @param id object whose topic it goes to
 * @param about object it is about, mostly the same
 * @param empty whether nothing is told but that something happened
 * @param payload JSON of the frame's {@code d}; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Dispatch(EventType type, Id id, Id about, boolean empty, byte[] payload) {}
