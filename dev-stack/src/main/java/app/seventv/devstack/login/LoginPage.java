package app.seventv.devstack.login;

/** The page on which a developer chooses who to be. */
final class LoginPage {
  private LoginPage() {}

  /** One link per person: the same request with {@code user} added. */
  static String render(String rawQuery) {
    StringBuilder people = new StringBuilder();
    for (DevUser user : DevUser.ALL) {
      people
          .append("<li><a href=\"?")
          .append(escape(rawQuery))
          .append("&amp;user=")
          .append(user.login())
          .append("\">")
          .append(user.displayName())
          .append("</a> <small>")
          .append(user.note())
          .append("</small></li>\n");
    }
    return """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>Development login</title>
    <style>
    body { font: 18px system-ui, sans-serif; max-width: 30em; margin: 4em auto; }
    li { margin: .6em 0 }
    </style></head>
    <body>
    <h1>Who do you want to be?</h1>
    <p>These people are invented; this page exists in development only.</p>
    <ul>
    %s</ul>
    </body>
    </html>
    """
        .formatted(people);
  }

  /** A round picture with the person's first letter, in a colour of the id. */
  static String avatar(DevUser user) {
    int hue = Math.floorMod(Integer.parseInt(user.id()) * 67, 360);
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" viewBox="0 0 300 300">
    <circle cx="150" cy="150" r="150" fill="hsl(%d 60%% 45%%)"/>
    <text x="150" y="205" font-size="160" font-family="sans-serif" fill="#fff" \
    text-anchor="middle">%s</text>
    </svg>
    """
        .formatted(hue, user.displayName().charAt(0));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
