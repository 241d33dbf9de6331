package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose session a stream that comes back may have. */
class StreamClientsTest {
  private static final long REQUEST = 7;
  private static final long MEMORY_MS = StreamClients.MEMORY_MS;
  private static final long LIFETIME_MS = 150_000;
  private static final int NEXT = 10;

  private final ParkedSessions sessions = new ParkedSessions(LIFETIME_MS, 100);

  private static ParkedSession session(int number, boolean ofPredecessor, long nowMs) {
    long history = FrameHistory.MARK;
    for (int i = 0; i < 5; i++) {
      history = FrameHistory.dispatch(history);
    }
    return new ParkedSession(
        new Id(1, number),
        new byte[1],
        new long[2],
        0,
        0,
        ofPredecessor,
        NEXT,
        history,
        null,
        REQUEST,
        nowMs,
        Receipt.UNKNOWN);
  }

  private void open(long nowMs) {
    assertThat(sessions.openStream(REQUEST, 0, nowMs)).isNull();
  }

  private void end(int number, long nowMs) {
    sessions.put(session(number, false, nowMs));
  }

  private @Nullable Id comeBack(long lastSeen, long nowMs) {
    ParkedSession session = sessions.openStream(REQUEST, lastSeen, nowMs);
    return session == null ? null : session.id();
  }

  @Test
  void whoIsAloneGoesOnAgainAndAgain() {
    open(0);
    end(1, 1);
    assertThat(comeBack(8, 2)).isEqualTo(new Id(1, 1));
    end(2, 3);
    assertThat(comeBack(88, 4)).as("not with a number that it was never sent").isNull();
    end(3, 5);
    assertThat(comeBack(8, 5 + ParkedSessions.MAX_STREAM_AGE_MS)).as("too late").isNull();
    end(4, 50_000);
    assertThat(comeBack(9, 50_001)).isEqualTo(new Id(1, 4));
    sessions.streamEnded(REQUEST, 50_002); // the server has lost events
    assertThat(comeBack(9, 50_003)).as("nothing to go on with").isNull();
    end(5, 50_004);
    assertThat(comeBack(9, 50_005)).isEqualTo(new Id(1, 5));
  }

  @Test
  void twoThatWereHereAtOnceHaveNothingToGoOnWith() {
    open(0);
    open(1);
    end(1, 2);
    assertThat(comeBack(8, 3)).as("the other one is still here").isNull();
    end(2, 4);
    end(3, 5);
    assertThat(comeBack(8, 6)).isNull();
    end(4, 7);
    assertThat(comeBack(8, 7 + MEMORY_MS)).as("the other one has not come for long").isNull();
    end(5, 8 + MEMORY_MS);
    assertThat(comeBack(8, 9 + MEMORY_MS)).isEqualTo(new Id(1, 5));
  }

  @Test
  void whoHasLeftLongAgoMayComeBack() {
    open(0);
    end(1, 1);
    open(40_000); // another one: it has no number
    end(2, 40_001);
    assertThat(comeBack(8, 40_002)).as("number 1 or 2").isNull();
  }

  @Test
  void aForgottenSessionIsNotForgottenAltogether() {
    open(0);
    sessions.streamEnded(REQUEST, 1);
    open(LIFETIME_MS * 2);
    end(2, LIFETIME_MS * 2 + 1);
    assertThat(comeBack(8, LIFETIME_MS * 2 + 2)).isNull();
  }

  @Test
  void whatDoesNotFitInCastsDoubtOnAll() {
    for (int i = 1; i <= StreamClients.MAX_ENDED + 1; i++) {
      sessions.openStream(100 + i, 0, i);
      sessions.streamEnded(100 + i, i);
    }
    open(200_000);
    end(1, 200_001);
    assertThat(comeBack(8, 200_002)).isNull();
  }

  private static List<ParkedSession> heirOf(ParkedSessions old) {
    List<ParkedSession> handed = new ArrayList<>();
    old.bequeath(
        new ParkedSessions.Heir() {
          @Override
          public void put(ParkedSession session) {
            handed.add(session);
          }

          @Override
          public void settle(Id id, boolean receivedAll) {}
        });
    return handed;
  }

  @Test
  void aPredecessorVouchesForWhoWasAlone() {
    List<ParkedSession> handed = heirOf(sessions);
    open(0);
    end(1, 1);
    open(2);
    end(2, 3);
    assertThat(handed).extracting(ParkedSession::request).containsExactly(REQUEST, 0L);
  }

  @Test
  void whoIsInheritedGoesOnUnlessAnotherIsHere() {
    sessions.put(session(1, true, 1));
    assertThat(comeBack(8, 2)).isEqualTo(new Id(1, 1));
    end(2, 3);
    assertThat(comeBack(8, 4)).as("known since the predecessor").isEqualTo(new Id(1, 2));
    ParkedSessions other = new ParkedSessions(LIFETIME_MS, 100);
    other.openStream(REQUEST, 0, 0);
    other.put(session(1, true, 1));
    assertThat(other.openStream(REQUEST, 8, 2)).isNull();
  }
}
