package app.seventv.devstack.seed;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import app.seventv.model.User;
import java.time.Instant;
import java.util.List;

/**
 * Accounts that must exist beforehand: the system user (data-model.md §15 row 9) and the invented
 * people who hold a role. The others get their account by signing in.
 */
final class SeedUsers {
  /** Actor of audit entries that have none (data-model.md §2.6). */
  static final Id SYSTEM = Id.parse("01FRG0ZGSR00084PQ73P1BYDX8");

  static final Id ADMIN = Id.parse("01HK153X000000000000000A01");
  static final Id BANNED = Id.parse("01HK153X000000000000000A05");

  private SeedUsers() {}

  static List<User> all(Instant now) {
    return List.of(
        User.create(SYSTEM, List.of(), now),
        person(ADMIN, DevUser.ADMIN, now),
        person(BANNED, DevUser.BANNED, now));
  }

  private static User person(Id id, DevUser person, Instant now) {
    User.Connection connection =
        new User.Connection(
            Platform.TWITCH,
            person.id(),
            person.login(),
            person.displayName(),
            null,
            now,
            now,
            true);
    return User.create(id, List.of(connection), now);
  }
}
