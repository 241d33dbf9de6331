package app.seventv.website;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small built site, and settings to serve it with. */
final class TestSite {
  static final String EMOTE_ID = "01HR77R8QTG9546HKCPQYHBXCB";

  static final SiteSettings SETTINGS =
      new SiteSettings(
          "Emotes",
          "https://site.example",
          "https://site.example",
          "https://old.example",
          "https://api.example",
          "wss://events.example/v3",
          "https://cdn.example",
          "",
          List.of("https://avatars.example"));

  private static final String SHELL =
      """
      <!doctype html>
      <html><head>
          <!--head-->
          <script type="application/json" id="config"><!--config--></script>
          <script type="module" src="/assets/main-1a.js"></script>
      </head><body><div id="app"></div></body></html>
      """;

  private static final String ROUTES =
      """
      {
        "routes": [
          {"path": "/", "page": "home", "chunk": "home.tsx", "title": "", "description": "Start"},
          {"path": "/emotes", "page": "directory", "chunk": "directory.tsx",
           "title": "Emotes", "description": "All emotes"},
          {"path": "/emotes/{id}", "page": "emote", "chunk": "emote.tsx", "embed": "emote",
           "title": "Emote", "description": "An emote"},
          {"path": "/users/{id}", "page": "user", "chunk": "user.tsx", "embed": "user",
           "title": "Profile", "description": "A channel"}
        ],
        "redirects": [
          {"from": "/emotes/top", "to": "/emotes", "status": 301},
          {"from": "/emotes/{id}/channels", "to": "/emotes/{id}", "status": 301}
        ]
      }
      """;

  private static final String MANIFEST =
      """
      {
        "index.html": {"file": "assets/main-1a.js", "isEntry": true},
        "_grid.js": {"file": "assets/grid-2b.js"},
        "emote.tsx": {"file": "assets/emote-3c.js", "imports": ["index.html", "_grid.js"]}
      }
      """;

  private TestSite() {}

  /** Writes the site into a folder. */
  static Path build(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("assets"));
    write(folder, "index.html", SHELL);
    write(folder, "routes.json", ROUTES);
    write(folder, "manifest.json", MANIFEST);
    write(folder, "robots.txt", "User-agent: *\n");
    write(folder, "assets/main-1a.js", "console.log(1);");
    write(folder, "assets/main-1a.js.br", "as brotli");
    write(folder, "assets/main-1a.js.gz", "as gzip");
    return folder;
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
