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
 * @param nextSequence number its next frame would have had
 * @param history kinds of its latest frames, see {@link FrameHistory}
 * @param memory what it has been told about users
 * @param request fingerprint of an SSE request, or 0
 * @param parkedMs when it ended
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ParkedSession(
    Id id,
    byte[] tags,
    long[] scopes,
    long position,
    int nextSequence,
    long history,
    @Nullable PresenceMemory memory,
    long request,
    long parkedMs) {

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
