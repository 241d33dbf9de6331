package app.seventv.website;

import java.util.concurrent.CompletableFuture;

/** Answers what a page's entity is called and looks like. */
@FunctionalInterface
interface EmbedSource {
  /** Looks the entity up; the future fails if the API could not be asked. Never blocks. */
  CompletableFuture<Embed> lookup(EmbedKey key);
}
