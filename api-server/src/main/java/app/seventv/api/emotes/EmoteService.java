package app.seventv.api.emotes;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Editors;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest.Kind;
import app.seventv.model.EmoteModerationRequest.Status;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.bus.EmoteChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Edits, deletion and merging of emotes (api-v3.md §11.5, api-v4.md §11.2). */
public final class EmoteService {
  /** Flags that only managers of all emotes may change; owners are left with the other two. */
  public static final int MANAGED_FLAGS =
      Emote.FLAG_PUBLIC_LISTED
          | Emote.FLAG_NSFW
          | Emote.FLAG_APPROVED_PERSONAL
          | Emote.FLAG_DENIED_PERSONAL
          | Emote.FLAG_ANIMATED;

  /** Longest chain of merges that readers follow. */
  private static final int MAX_HOPS = 9;

  private final Store store;
  private final Editors editors;
  private final ModerationRequests moderation;
  private final Mutations mutations;

  public EmoteService(
      Store store, Editors editors, ModerationRequests moderation, Mutations mutations) {
    this.store = store;
    this.editors = editors;
    this.moderation = moderation;
    this.mutations = mutations;
  }

  /**
   * The emote that an operation is about.
   *
   * @throws ApiException 404 LOAD_ERROR if it is missing, deleted or merged
   */
  public Emote require(Id emoteId) {
    return alive(store.emotes().byId(emoteId));
  }

  /**
   * What to change; null leaves a part as it is.
   *
   * @param flags from the present flags to the new ones
   * @param ownerId the new owner
   * @param announcesAnyway whether tags and owner are announced also when they stay the same
   */
  public record Edit(
      @Nullable String name,
      @Nullable IntUnaryOperator flags,
      @Nullable List<String> tags,
      @Nullable Id ownerId,
      boolean announcesAnyway) {}

  /**
   * Edits an emote. Changes of the owner and of {@link #MANAGED_FLAGS} need {@code
   * Emote.ManageAny}.
   */
  @Operation(
      value = {
        "EmoteOps.update",
        "EmoteOperation.name",
        "EmoteOperation.flags",
        "EmoteOperation.owner",
        "EmoteOperation.tags"
      },
      needs = Permission.EMOTE_EDIT,
      who =
          "the owner, an editor with Emote.Manage, or Emote.ManageAny; owner, listing and personal use only with Emote.ManageAny")
  public Emote edit(RequestContext context, Id emoteId, Edit edit) {
    return change(
        context,
        emoteId,
        Permission.EMOTE_EDIT,
        (transaction, emote) -> apply(transaction, context.caller(), emote, edit));
  }

  private Emote apply(Transaction transaction, Caller caller, Emote before, Edit edit) {
    List<Bson> writes = new ArrayList<>();
    List<EmoteChange> changes = new ArrayList<>();
    if (edit.name() != null && !edit.name().equals(before.defaultName())) {
      writes.add(Updates.set("default_name", edit.name()));
      changes.add(new EmoteChange.ChangeName(before.defaultName(), edit.name()));
    }
    if (edit.ownerId() != null) {
      requireManager(caller);
      if (store.users().byId(transaction.session(), edit.ownerId()) == null) {
        throw ApiException.notFound("user not found");
      }
      if (edit.announcesAnyway() || !edit.ownerId().equals(before.ownerId())) {
        writes.add(Updates.set("owner_id", edit.ownerId().toBson()));
        changes.add(new EmoteChange.ChangeOwner(before.ownerId(), edit.ownerId()));
      }
    }
    int flags = edit.flags() == null ? before.flags() : edit.flags().applyAsInt(before.flags());
    if (flags != before.flags()) {
      if (((flags ^ before.flags()) & MANAGED_FLAGS) != 0) {
        requireManager(caller);
      }
      writes.add(Updates.set("flags", flags));
      changes.add(new EmoteChange.ChangeFlags(before.flags(), flags));
      settle(transaction, caller, before, flags);
    }
    if (edit.tags() != null && (edit.announcesAnyway() || !edit.tags().equals(before.tags()))) {
      writes.add(Updates.set("tags", edit.tags()));
      changes.add(new EmoteChange.ChangeTags(before.tags(), edit.tags()));
    }
    if (writes.isEmpty()) {
      return before;
    }
    Emote after = update(transaction, before.id(), writes);
    changes.forEach(change -> transaction.emit(caller, new EntityEvent.OfEmote(after, change)));
    return after;
  }

  /** A moderator who decides about an emote answers the request about it, too. */
  private void settle(Transaction transaction, Caller caller, Emote before, int flags) {
    if (!caller.has(Permission.EMOTE_MODERATION_REQUEST_MANAGE)) {
      return;
    }
    int added = flags & ~before.flags();
    if ((added & Emote.FLAG_PUBLIC_LISTED) != 0) {
      moderation.settle(transaction, caller, before.id(), Kind.PUBLIC_LISTING, Status.APPROVED);
    }
    if ((added & Emote.FLAG_APPROVED_PERSONAL) != 0) {
      moderation.settle(transaction, caller, before.id(), Kind.PERSONAL_USE, Status.APPROVED);
    }
    if ((added & Emote.FLAG_DENIED_PERSONAL) != 0) {
      moderation.settle(transaction, caller, before.id(), Kind.PERSONAL_USE, Status.DENIED);
    }
  }

  /** Marks an emote as deleted; sets drop it when they are read. */
  @Operation(
      value = {"EmoteOps.update (deleted)", "EmoteOperation.delete"},
      needs = Permission.EMOTE_DELETE,
      who = "the owner, an editor with Emote.Manage, or Emote.ManageAny")
  public Emote delete(RequestContext context, Id emoteId) {
    return change(
        context,
        emoteId,
        Permission.EMOTE_DELETE,
        (transaction, emote) -> {
          Emote after = update(transaction, emoteId, List.of(Updates.set("deleted", true)));
          moderation.settle(transaction, context.caller(), emoteId, null, Status.EMOTE_DELETED);
          transaction.emit(
              context.caller(), new EntityEvent.OfEmote(after, new EmoteChange.Delete()));
          return after;
        });
  }

  /** Puts another emote in an emote's place wherever it is shown. */
  @Operation(
      value = {"EmoteOps.merge", "EmoteOperation.merge"},
      needs = Permission.EMOTE_MERGE)
  public Emote merge(RequestContext context, Id emoteId, Id targetId) {
    Caller caller = context.caller();
    caller.guard(Permission.EMOTE_MERGE);
    caller.requireUser();
    if (emoteId.equals(targetId)) {
      throw intoItself();
    }
    // Both: two merges towards each other would each see the other emote as it was before.
    return mutations.changeBoth(
        Mutations.Target.EMOTE,
        emoteId,
        targetId,
        transaction -> {
          alive(store.emotes().byId(transaction.session(), emoteId));
          requireMergeable(transaction, emoteId, targetId);
          Emote.Merged merged = new Emote.Merged(targetId, transaction.now());
          Emote after =
              update(transaction, emoteId, List.of(Updates.set("merged", merged.toBson())));
          moderation.settle(transaction, caller, emoteId, null, Status.EMOTE_DELETED);
          transaction.emit(caller, new EntityEvent.OfEmote(after, new EmoteChange.Merge(targetId)));
          return after;
        });
  }

  /** The target must lead to a living emote, and not back to this one. */
  private void requireMergeable(Transaction transaction, Id emoteId, Id targetId) {
    Id next = targetId;
    for (int hop = 0; hop < MAX_HOPS; hop++) {
      if (next.equals(emoteId)) {
        throw intoItself();
      }
      Emote target = store.emotes().byId(transaction.session(), next);
      if (target == null || target.deleted()) {
        throw ApiException.notFound("target emote not found");
      }
      if (target.merged() == null) {
        return;
      }
      next = target.merged().targetId();
    }
    throw ApiException.badRequest("too many merges in a row");
  }

  private static ApiException intoItself() {
    return ApiException.badRequest("cannot merge an emote into itself");
  }

  private interface Body {
    Emote run(Transaction transaction, Emote emote);
  }

  /** Rate limit, right to the emote, lease, transaction: the frame of every edit. */
  private Emote change(RequestContext context, Id emoteId, Permission needed, Body body) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.EMOTE_UPDATE);
    caller.requireUser();
    return mutations.change(
        Mutations.Target.EMOTE,
        emoteId,
        transaction -> {
          Emote emote = alive(store.emotes().byId(transaction.session(), emoteId));
          boolean allowed =
              caller.has(Permission.EMOTE_MANAGE_ANY)
                  || caller.is(emote.ownerId())
                  || Editors.grants(
                      editors.find(emote.ownerId(), caller.requireUser().id()), Bit.EMOTE_MANAGE);
          if (!allowed || !caller.has(needed)) {
            throw refused();
          }
          return body.run(transaction, emote);
        });
  }

  private static void requireManager(Caller caller) {
    if (!caller.has(Permission.EMOTE_MANAGE_ANY)) {
      throw refused();
    }
  }

  private static ApiException refused() {
    return ApiException.forbidden("you do not have permission to edit this emote");
  }

  private static Emote alive(@Nullable Emote emote) {
    if (emote == null || emote.deleted() || emote.merged() != null) {
      throw ApiException.notFound("emote not found");
    }
    return emote;
  }

  private static Emote update(Transaction transaction, Id emoteId, List<Bson> writes) {
    BsonDocument after =
        transaction.update(
            CollectionNames.EMOTES,
            Filters.eq("_id", emoteId.toBson()),
            writes.toArray(Bson[]::new));
    return Emote.fromBson(Objects.requireNonNull(after, "the emote was read before"));
  }
}
