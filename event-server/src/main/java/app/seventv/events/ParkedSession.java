package app.seventv.events;

import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a session that has ended and may be resumed.
 *
 * @param id its id
 * @param tags topics it held: tags of their keys
 * @param scopes two words for each of them
 * @param position number of the last event it was sent, if it was about one of its topics
 * @param here number of the event that a loop must have reached to go on with it
 * @param ofPredecessor whether {@code position} is a number of the process before this one
 * @param nextSequence number its next frame would have had
 * @param history kinds of its latest frames, see {@link FrameHistory}
 * @param memory what it has been told about users
 * @param request fingerprint of an SSE request, or 0
 * @param parkedMs when it ended
 * @param receipt what is known about the arrival of its last frames
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ParkedSession(
    Id id,
    byte[] tags,
    long[] scopes,
    long position,
    long here,
    boolean ofPredecessor,
    int nextSequence,
    long history,
    @Nullable PresenceMemory memory,
    long request,
    long parkedMs,
    Receipt receipt) {

  /** The same, with what a loop must have reached. */
  ParkedSession reached(long number) {
    return with(number, request, receipt);
  }

  ParkedSession with(Receipt other) {
    return with(here, request, other);
  }

  /** The same, for whoever knows its id and nobody else. */
  ParkedSession withoutRequest() {
    return with(here, 0, receipt);
  }

  private ParkedSession with(long number, long fingerprint, Receipt other) {
    return new ParkedSession(
        id,
        tags,
        scopes,
        position,
        number,
        ofPredecessor,
        nextSequence,
        history,
        memory,
        fingerprint,
        parkedMs,
        other);
  }

  List<TopicKey> topics() {
    List<TopicKey> topics = new ArrayList<>(tags.length);
    for (int i = 0; i < tags.length; i++) {
      topics.add(new TopicKey(tags[i], scopes[2 * i], scopes[2 * i + 1]));
    }
    return topics;
  }

  /**
   * How many of the frames after one were changes of objects; −1 if that cannot be told.
   *
   * @param lastSeen number of the last frame that the client received
   */
  int dispatchesAfter(long lastSeen) {
    long unseen = nextSequence - 1L - lastSeen;
    return unseen < 0 ? -1 : FrameHistory.dispatches(history, unseen);
  }
}
