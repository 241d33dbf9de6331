package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The tables behind resuming, at their limits. */
class ResumeStructuresTest {
  private static final long FOREVER = 1_000_000;

  private static TopicKey key(int number) {
    return new TopicKey((byte) 8, 1, number);
  }

  private static SharedDispatch event(int topic, long timeMs, int bytes) {
    return SharedDispatch.ofObject(
        key(topic), null, new byte[bytes], new SharedDispatch.Route(timeMs, 0, 1, _ -> {}));
  }

  private static @Nullable List<Long> numbers(
      DispatchLog log, List<TopicKey> topics, long after, long upTo, int tail) {
    List<SharedDispatch> found = log.between(topics, after, upTo, tail);
    return found == null ? null : found.stream().map(SharedDispatch::number).toList();
  }

  @Test
  void theLogTellsAllOrNothing() {
    DispatchLog log = new DispatchLog(100, FOREVER);
    for (int i = 1; i <= 10; i++) {
      log.append(event(i % 3, i, 1));
    }
    List<TopicKey> topics = List.of(key(1), key(2), key(77));
    assertThat(numbers(log, topics, 4, 8, 0)).containsExactly(5L, 7L, 8L);
    assertThat(numbers(log, topics, 4, 8, 2)).containsExactly(2L, 4L, 5L, 7L, 8L);
    assertThat(numbers(log, topics, 10, 10, 0)).isEmpty();
    assertThat(numbers(log, topics, 2, 10, 5)).as("more than there were").isNull();
    log.expire(103); // numbers 1 to 3 are gone
    assertThat(log.lost()).isEqualTo(3);
    assertThat(numbers(log, topics, 2, 10, 0)).isNull();
    assertThat(numbers(log, topics, 3, 4, 0)).containsExactly(4L);
    assertThat(numbers(log, topics, 4, 4, 1)).containsExactly(4L);
    assertThat(numbers(log, topics, 4, 4, 2)).isNull();
    log.expire(FOREVER);
    assertThat(log.topics()).isZero();
    assertThat(log.bytes()).isZero();
  }

  @Test
  void aGapEndsEverythingBefore() {
    DispatchLog log = new DispatchLog(FOREVER, FOREVER);
    log.append(event(1, 1, 1));
    log.suspend();
    assertThat(numbers(log, List.of(key(1)), 1, 9, 0)).as("while the bus is away").isNull();
    log.markGap();
    assertThat(numbers(log, List.of(key(1)), 1, 9, 0)).isNull();
    assertThat(numbers(log, List.of(key(1)), 2, 9, 0)).isEmpty();
  }

  @Test
  void theLogIsBoundedInBytesAndPerTopic() {
    DispatchLog log = new DispatchLog(FOREVER, 1_000);
    for (int i = 1; i <= 100; i++) {
      log.append(event(i, i, 100));
    }
    assertThat(log.bytes()).isEqualTo(1_000);
    assertThat(log.lost()).isEqualTo(90);
    DispatchLog busy = new DispatchLog(FOREVER, FOREVER);
    for (int i = 0; i <= DispatchLog.MAX_PER_TOPIC; i++) {
      busy.append(event(1, i, 1));
    }
    assertThat(numbers(busy, List.of(key(1)), 0, FOREVER, 0)).isNull();
    assertThat(numbers(busy, List.of(key(1)), 1, FOREVER, 0)).hasSize(DispatchLog.MAX_PER_TOPIC);
    assertThat(numbers(busy, List.of(key(2)), 0, FOREVER, 0)).isEmpty();
  }

  @Test
  void theHistoryKnowsKindsSinceTheMark() {
    long history = FrameHistory.MARK;
    assertThat(FrameHistory.dispatches(history, 0)).isZero();
    assertThat(FrameHistory.dispatches(history, 1)).isEqualTo(-1);
    history = FrameHistory.dispatch(FrameHistory.other(FrameHistory.dispatch(history)));
    assertThat(FrameHistory.dispatches(history, 1)).isEqualTo(1);
    assertThat(FrameHistory.dispatches(history, 2)).isEqualTo(1);
    assertThat(FrameHistory.dispatches(history, 3)).isEqualTo(2);
    assertThat(FrameHistory.dispatches(history, 4)).isEqualTo(-1);
    for (int i = 0; i < 200; i++) {
      history = i % 2 == 0 ? FrameHistory.dispatch(history) : FrameHistory.other(history);
    }
    assertThat(FrameHistory.dispatches(history, 63)).isEqualTo(31);
    assertThat(FrameHistory.dispatches(history, 64)).isEqualTo(-1);
  }

  @Test
  void idsNameThePlaceOfASessionToTheirMakerOnly() {
    SessionIds ids = new SessionIds(new Random(1));
    SessionIds others = new SessionIds(new Random(2));
    Random random = new Random(3);
    for (int i = 0; i < 1_000; i++) {
      var place =
          new SessionIds.Place(
              random.nextInt(SessionIds.MAX_LOOPS),
              random.nextInt(SessionIds.MAX_SLOTS),
              random.nextInt());
      Id id = ids.of(1_764_590_400_000L + i, place);
      assertThat(Id.parse(id.toString())).isEqualTo(id);
      assertThat(id.timeMs()).isEqualTo(1_764_590_400_000L + i);
      assertThat(ids.placeOf(id)).isEqualTo(place);
      assertThat(ids.placeOf(new Id(id.high(), id.low() + 1))).isNotEqualTo(place);
      assertThat(others.placeOf(id)).isNotEqualTo(place);
    }
  }

  private static ParkedSession parked(int number, long request, int nextSequence, long timeMs) {
    long history = FrameHistory.MARK;
    for (int i = 0; i < 5; i++) {
      history = FrameHistory.dispatch(history);
    }
    return new ParkedSession(
        new Id(1, number),
        new byte[1],
        new long[2],
        0,
        nextSequence,
        history,
        null,
        request,
        timeMs);
  }

  @Test
  void endedSessionsAreKeptForAWhile() {
    ParkedSessions sessions = new ParkedSessions(100, 3);
    for (int i = 1; i <= 4; i++) {
      sessions.put(parked(i, 0, 10, i));
    }
    assertThat(sessions.size()).isEqualTo(3);
    assertThat(sessions.take(new Id(1, 1), 5)).isNull();
    assertThat(sessions.take(new Id(1, 2), 5)).isNotNull();
    assertThat(sessions.take(new Id(1, 2), 5)).as("once").isNull();
    assertThat(sessions.take(new Id(1, 3), 103)).as("too late").isNull();
    assertThat(sessions.take(new Id(1, 4), 103)).isNotNull();
    ParkedSessions off = new ParkedSessions(100, 0);
    off.put(parked(1, 0, 10, 1));
    assertThat(off.size()).isZero();
  }

  @Test
  void aStreamIsFoundByItsRequestUnlessThereAreTwo() {
    ParkedSessions sessions = new ParkedSessions(FOREVER, 10);
    sessions.put(parked(1, 7, 10, 0));
    sessions.put(parked(2, 7, 90, 0));
    sessions.put(parked(3, 8, 10, 0));
    assertThat(sessions.takeStream(7, 8, 1)).extracting(ParkedSession::id).isEqualTo(new Id(1, 1));
    assertThat(sessions.takeStream(7, 8, 1)).as("not one that got further").isNull();
    sessions.put(parked(4, 8, 11, 0));
    assertThat(sessions.takeStream(8, 8, 1)).as("two that fit").isNull();
    assertThat(sessions.takeStream(7, 88, ParkedSessions.MAX_STREAM_AGE_MS)).isNull();
    assertThat(sessions.takeStream(7, 88, 29_999)).isNotNull();
  }

  @Test
  void admissionIsARateWithABurstOfASecond() {
    long[] now = {5};
    Admission admission = new Admission(10, () -> now[0]);
    for (int i = 0; i < 10; i++) {
      assertThat(admission.tryAdmit()).isTrue();
    }
    assertThat(admission.tryAdmit()).isFalse();
    now[0] += 100_000_000;
    assertThat(admission.tryAdmit()).isTrue();
    assertThat(admission.tryAdmit()).isFalse();
    Admission open = new Admission(0, () -> 0);
    assertThat(open.tryAdmit()).isTrue();
  }
}
