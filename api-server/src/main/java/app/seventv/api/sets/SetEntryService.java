package app.seventv.api.sets;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.BusUsers;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Changes of the emotes in a set (api-v4.md §11.3, api-v3.md §11.5). */
public final class SetEntryService {
  private final Store store;
  private final UserLoader users;
  private final SetChanges changes;
  private final EntryRules rules;
  private final EmoteResolver resolver;

  public SetEntryService(
      Store store, UserLoader users, SetChanges changes, ModerationRequests moderation) {
    this.store = store;
    this.users = users;
    this.changes = changes;
    this.rules = new EntryRules(store, moderation);
    this.resolver = new EmoteResolver(store);
  }

  /** Adds an emote, or replaces an entry of the same alias whose emote is gone. */
  @Operation(
      value = {
        "EmoteSetOps.emotes",
        "EmoteSetOperation.addEmote",
        "EmoteSetOperation.removeEmote",
        "EmoteSetOperation.updateEmoteAlias",
        "EmoteSetOperation.updateEmoteFlags"
      },
      needs = Permission.EMOTE_SET_MANAGE,
      who = "as EmoteSetOps.update; personal sets need User.ManagePersonalEmoteSet of editors")
  public EmoteSet add(RequestContext context, EmoteSet set, AddEmote request) {
    return changes.run(
        context,
        set,
        (transaction, current, limits) -> add(transaction, context, current, request));
  }

  private EmoteSet add(
      Transaction transaction, RequestContext context, EmoteSet set, AddEmote request) {
    Caller caller = context.caller();
    LoadedUser user = caller.requireUser();
    Emote emote = rules.requireAlive(transaction, request.emoteId());
    if (emote.hasFlags(Emote.FLAG_PRIVATE) && !emote.ownerId().equals(set.ownerId())) {
      throw ApiException.badRequest("emote is private");
    }
    String alias = request.alias() == null ? emote.defaultName() : request.alias();
    int replaced = rules.replaceablePosition(transaction, set, alias);
    if (set.kind() == EmoteSet.Kind.PERSONAL) {
      rules.checkPersonal(transaction, context, emote);
    }
    boolean zeroWidth =
        request.zeroWidth() == null
            ? emote.hasFlags(Emote.FLAG_DEFAULT_ZERO_WIDTH)
            : request.zeroWidth();
    int flags =
        (zeroWidth ? EmoteSet.Entry.FLAG_ZERO_WIDTH : 0)
            | (request.overrideConflicts() ? EmoteSet.Entry.FLAG_OVERRIDE_CONFLICTS : 0);
    EmoteSet.Entry entry =
        new EmoteSet.Entry(emote.id(), alias, transaction.now(), flags, user.id(), null);
    Bson write =
        replaced < 0
            ? Updates.push("emotes", entry.toBson())
            : Updates.set("emotes." + replaced, entry.toBson());
    EmoteSet after = write(transaction, set.id(), write);
    checkCapacity(after);
    transaction.emit(
        user,
        caller.sessionId(),
        new EntityEvent.OfEmoteSet(
            after,
            new EmoteSetChange.AddEmote(
                emote, BusUsers.of(users.fullById(emote.ownerId())), entry)));
    return after;
  }

  /** Only entries that show something count (api-v4.md §11.3 step 7). */
  private void checkCapacity(EmoteSet set) {
    Integer capacity = set.capacity();
    if (capacity == null || set.emotes().size() <= capacity) {
      return;
    }
    List<Id> ids = set.emotes().stream().map(EmoteSet.Entry::id).toList();
    var alive = resolver.resolve(ids).keySet();
    if (ids.stream().filter(alive::contains).count() > capacity) {
      throw new ApiException(400, ErrorCode.LOAD_ERROR, "emote set is at capacity");
    }
  }

  /** Removes every entry of the emote, or only that with the given alias. */
  public EmoteSet remove(RequestContext context, EmoteSet set, Id emoteId, @Nullable String alias) {
    return changes.run(
        context,
        set,
        (transaction, current, limits) -> {
          List<Integer> positions = EntryRules.positions(current, emoteId, alias);
          if (positions.isEmpty()) {
            throw new ApiException(404, ErrorCode.BAD_REQUEST, "emote not found in set");
          }
          BsonDocument match = new BsonDocument("id", emoteId.toBson());
          if (alias != null) {
            match.append("alias", new BsonString(alias));
          }
          EmoteSet after = write(transaction, current.id(), Updates.pull("emotes", match));
          emitRemoved(transaction, context.caller(), current, after, positions);
          return after;
        });
  }

  private void emitRemoved(
      Transaction transaction,
      Caller caller,
      EmoteSet before,
      EmoteSet after,
      List<Integer> positions) {
    Emote emote =
        store.emotes().byId(transaction.session(), before.emotes().get(positions.getFirst()).id());
    LoadedUser owner = emote == null ? null : users.fullById(emote.ownerId());
    for (int position : positions) {
      transaction.emit(
          caller.user(),
          caller.sessionId(),
          new EntityEvent.OfEmoteSet(
              after,
              new EmoteSetChange.RemoveEmote(
                  emote, BusUsers.of(owner), before.emotes().get(position), position)));
    }
  }

  /**
   * Gives the first matching entry another alias and returns that entry.
   *
   * @param newAlias null for the emote's own name
   */
  public EmoteSet.Entry rename(
      RequestContext context,
      EmoteSet set,
      Id emoteId,
      @Nullable String alias,
      @Nullable String newAlias) {
    return rename(context, set, emoteId, alias, newAlias, rules::requireAlive);
  }

  /**
   * Like {@link #rename}, also for an entry whose emote was merged into another: it goes on showing
   * that one (api-v3.md §15.13, §16 no. 42). The new API's contract refuses it (api-v4.md §11.3).
   *
   * @param storedId of the entry
   */
  public EmoteSet.Entry renameShown(
      RequestContext context, EmoteSet set, Id storedId, @Nullable String newAlias) {
    return rename(context, set, storedId, null, newAlias, (transaction, id) -> shown(id));
  }

  private Emote shown(Id emoteId) {
    Emote emote = resolver.resolve(List.of(emoteId)).get(emoteId);
    if (emote == null) {
      throw EntryRules.emoteNotFound();
    }
    return emote;
  }

  private EmoteSet.Entry rename(
      RequestContext context,
      EmoteSet set,
      Id emoteId,
      @Nullable String alias,
      @Nullable String newAlias,
      BiFunction<Transaction, Id, Emote> emotes) {
    return changes.run(
        context,
        set,
        (transaction, current, limits) -> {
          int position = EntryRules.firstPosition(current, emoteId, alias);
          Emote emote = emotes.apply(transaction, emoteId);
          String updated = newAlias == null ? emote.defaultName() : newAlias;
          if (current.emotes().stream().anyMatch(entry -> entry.alias().equals(updated))) {
            throw new ApiException(409, ErrorCode.BAD_REQUEST, "emote name conflict");
          }
          EmoteSet after =
              write(
                  transaction, current.id(), Updates.set("emotes." + position + ".alias", updated));
          EmoteSet.Entry renamed = after.emotes().get(position);
          transaction.emit(
              context.caller().user(),
              context.caller().sessionId(),
              new EntityEvent.OfEmoteSet(
                  after,
                  new EmoteSetChange.RenameEmote(
                      emote, renamed, current.emotes().get(position).alias())));
          return renamed;
        });
  }

  /** Changes the flags of the first matching entry and returns that entry; no event. */
  public EmoteSet.Entry changeFlags(
      RequestContext context, EmoteSet set, Id emoteId, @Nullable String alias, int flags) {
    return changes.run(
        context,
        set,
        (transaction, current, limits) -> {
          rules.requireAlive(transaction, emoteId);
          int position = EntryRules.firstPosition(current, emoteId, alias);
          EmoteSet after =
              write(transaction, current.id(), Updates.set("emotes." + position + ".flags", flags));
          return after.emotes().get(position);
        });
  }

  private static EmoteSet write(Transaction transaction, Id setId, Bson change) {
    List<Bson> changes = new ArrayList<>();
    changes.add(change);
    changes.add(Updates.set("emotes_changed_since_reindex", true));
    BsonDocument after =
        transaction.update(
            CollectionNames.EMOTE_SETS,
            Filters.eq("_id", setId.toBson()),
            changes.toArray(Bson[]::new));
    return EmoteSet.fromBson(Objects.requireNonNull(after, "the set was read in this transaction"));
  }
}
