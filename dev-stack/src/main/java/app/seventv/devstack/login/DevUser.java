package app.seventv.devstack.login;

import java.util.List;
import java.util.Optional;

/**
 * An invented person of the development login provider.
 *
 * @param id platform id, digits only
 * @param login lower-case name
 * @param displayName name as shown
 * @param email invented address
 * @param note what makes this person useful in development
 */
public record DevUser(String id, String login, String displayName, String email, String note) {
  /** Holds the administrator role. */
  public static final DevUser ADMIN = of("9000001", "opal_admin", "Opal_Admin", "administrator");

  /** Uploads emotes in the story check. */
  public static final DevUser STREAMER = of("9000002", "pixelpanda", "PixelPanda", "streamer");

  /** A second ordinary person. */
  public static final DevUser EDITOR = of("9000003", "quillfox", "QuillFox", "editor");

  /** A third ordinary person. */
  public static final DevUser VIEWER = of("9000004", "tealturtle", "TealTurtle", "viewer");

  /** Holds the role that denies the login. */
  public static final DevUser BANNED = of("9000005", "murkymole", "MurkyMole", "may not sign in");

  /** Everybody the provider knows. */
  public static final List<DevUser> ALL = List.of(ADMIN, STREAMER, EDITOR, VIEWER, BANNED);

  /** Finds a person by login name. */
  public static Optional<DevUser> byLogin(String login) {
    return ALL.stream().filter(user -> user.login().equals(login)).findFirst();
  }

  private static DevUser of(String id, String login, String displayName, String note) {
    return new DevUser(id, login, displayName, login + "@example.com", note);
  }
}
