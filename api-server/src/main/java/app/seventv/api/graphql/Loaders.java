package app.seventv.api.graphql;

import app.seventv.api.cache.CachedUsers;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Editors;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.Owned;
import app.seventv.api.data.Rankings;
import app.seventv.api.data.Store;
import app.seventv.model.Badge;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.TicketMessage;
import app.seventv.model.UserEditor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** The batch loaders that fields of both schemas use (api-v4.md §14). */
public final class Loaders {
  /** Emotes by id, whatever their state. */
  public static final LoaderKey<Id, Emote> EMOTE = new LoaderKey<>("emote");

  /** The emote to show for an id: merges followed, deleted ones missing. */
  public static final LoaderKey<Id, Emote> RESOLVED_EMOTE = new LoaderKey<>("resolved_emote");

  public static final LoaderKey<Id, EmoteSet> EMOTE_SET = new LoaderKey<>("emote_set");

  /** Users, fully loaded. */
  public static final LoaderKey<Id, LoadedUser> USER = new LoaderKey<>("user");

  public static final LoaderKey<Id, Badge> BADGE = new LoaderKey<>("badge");

  public static final LoaderKey<Id, Paint> PAINT = new LoaderKey<>("paint");

  /** Living emotes by owner. */
  public static final LoaderKey<Id, List<Emote>> OWNED_EMOTES = new LoaderKey<>("owned_emotes");

  /** Emote sets by owner. */
  public static final LoaderKey<Id, List<EmoteSet>> OWNED_SETS = new LoaderKey<>("owned_sets");

  /** Editor rows by owner. */
  public static final LoaderKey<Id, List<UserEditor>> EDITORS = new LoaderKey<>("editors");

  /** Editor rows by editor. */
  public static final LoaderKey<Id, List<UserEditor>> EDITOR_FOR = new LoaderKey<>("editor_for");

  /** Places in a leaderboard by its name. */
  public static final LoaderKey<String, Map<Id, Integer>> RANKING = new LoaderKey<>("ranking");

  /** Messages by ticket, oldest first. */
  public static final LoaderKey<Id, List<TicketMessage>> TICKET_MESSAGES =
      new LoaderKey<>("ticket_messages");

  private Loaders() {}

  /** All of them over a store. */
  public static BatchLoaders create(Store store, CachedUsers users, Executor executor) {
    EmoteResolver resolver = new EmoteResolver(store);
    Owned owned = new Owned(store);
    Editors editors = new Editors(store);
    Rankings rankings = new Rankings(store);
    return new BatchLoaders(executor)
        .add(EMOTE, store.emotes()::byIds)
        .add(RESOLVED_EMOTE, resolver::resolve)
        .add(EMOTE_SET, store.emoteSets()::byIds)
        .add(USER, users::full)
        .add(BADGE, store.badges()::byIds)
        .add(PAINT, store.paints()::byIds)
        .add(OWNED_EMOTES, owned::emotes)
        .add(OWNED_SETS, owned::sets)
        .add(EDITORS, editors::byOwner)
        .add(EDITOR_FOR, editors::byEditor)
        .add(TICKET_MESSAGES, owned::messages)
        .add(RANKING, rankings::places);
  }
}
