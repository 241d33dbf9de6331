package app.seventv.events.dispatch;

import app.seventv.model.Id;

/**
 * A badge or paint as viewers are told about it (event-api.md §12.6).
 *
 * @param id of the badge or paint
 * @param versionMs when it was last changed, Unix ms
 * @param definition payload of its {@code cosmetic.create}; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Cosmetic(Id id, long versionMs, byte[] definition) {}
