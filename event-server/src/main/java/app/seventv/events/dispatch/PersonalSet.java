package app.seventv.events.dispatch;

import app.seventv.model.Id;

/**
 * An emote set that its user may use everywhere, as viewers are told about it (event-api.md §13.2).
 *
 * @param id of the set
 * @param versionMs when it was last changed, Unix ms
 * @param create payload of {@code emote_set.create}; never changed
 * @param fill payload of the {@code emote_set.update} with its emotes; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PersonalSet(Id id, long versionMs, byte[] create, byte[] fill) {}
