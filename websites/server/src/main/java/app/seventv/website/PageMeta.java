package app.seventv.website;

import java.util.Optional;

/**
 * What a page's head says about it (website.md §2.4). Texts are as the source gave them; the
 * renderer cleans and escapes.
 *
 * @param title of the page, without the site's name
 * @param description one line
 * @param path canonical path on this site
 * @param ogType {@code website} or {@code profile}
 * @param image picture of the embed, absent for the default one
 * @param themeColor {@code #rrggbb}, absent for the site's own
 * @param index whether search engines may list the page
 * @param author name and path of the owner, for oEmbed
 */
record PageMeta(
    String title,
    String description,
    String path,
    String ogType,
    Optional<Image> image,
    Optional<String> themeColor,
    boolean index,
    Optional<Author> author) {

  /**
   * A picture with its facts.
   *
   * @param url absolute address
   * @param mime media type
   * @param width pixels; 0 where unknown
   * @param height pixels; 0 where unknown
   * @param alt what it shows
   */
  record Image(String url, String mime, int width, int height, String alt) {}

  /** Owner of what the page shows. */
  record Author(String name, String path) {}

  /** A page that may be listed, without picture, colour or author. */
  static PageMeta plain(String title, String description, String path) {
    return new PageMeta(
        title,
        description,
        path,
        "website",
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty());
  }

  /** The same page with another picture. */
  PageMeta withImage(Optional<Image> picture) {
    return new PageMeta(title, description, path, ogType, picture, themeColor, index, author);
  }

  /** The same page, not to be listed. */
  PageMeta withoutIndex() {
    return new PageMeta(title, description, path, ogType, image, themeColor, false, author);
  }
}
