package app.seventv.api.sets;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.ModerationRequestChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules about single entries of a set (api-v4.md §11.3, steps 1 to 5 of addEmote). */
final class EntryRules {
  private final Store store;
  private final ModerationRequests moderation;

  EntryRules(Store store, ModerationRequests moderation) {
    this.store = store;
    this.moderation = moderation;
  }

  /** The emote, neither deleted nor merged; else 404. */
  Emote requireAlive(Transaction transaction, Id emoteId) {
    Emote emote = store.emotes().byId(transaction.session(), emoteId);
    if (emote == null || emote.deleted() || emote.merged() != null) {
      throw emoteNotFound();
    }
    return emote;
  }

  static ApiException emoteNotFound() {
    return new ApiException(404, ErrorCode.BAD_REQUEST, "emote not found");
  }

  /**
   * The position of an entry with that alias whose emote is gone, so that a new entry may take its
   * place; -1 without one.
   *
   * @throws ApiException 409 if the alias belongs to a living emote
   */
  int replaceablePosition(Transaction transaction, EmoteSet set, String alias) {
    for (int i = 0; i < set.emotes().size(); i++) {
      EmoteSet.Entry entry = set.emotes().get(i);
      if (entry.alias().equals(alias)) {
        Emote holder = store.emotes().byId(transaction.session(), entry.id());
        if (holder != null && !holder.deleted()) {
          throw new ApiException(409, ErrorCode.BAD_REQUEST, "this emote has a conflicting name");
        }
        return i;
      }
    }
    return -1;
  }

  /** Extra conditions of personal sets; may file a moderation request. */
  void checkPersonal(Transaction transaction, RequestContext context, Emote emote) {
    Caller caller = context.caller();
    if (emote.hasFlags(Emote.FLAG_DENIED_PERSONAL)) {
      throw ApiException.badRequest("emote is not allowed in personal emote sets");
    }
    if (!emote.hasFlags(Emote.FLAG_PUBLIC_LISTED)) {
      throw ApiException.badRequest(
          "emote must be approved for public listing first to be added to a personal emote set");
    }
    if (emote.hasFlags(Emote.FLAG_APPROVED_PERSONAL)) {
      return;
    }
    LoadedUser user = caller.requireUser();
    EmoteModerationRequest.Kind kind = EmoteModerationRequest.Kind.PERSONAL_USE;
    EmoteModerationRequest filed =
        moderation.insertIfAbsent(
            transaction,
            kind,
            emote.id(),
            user.id(),
            caller.permissions(),
            "User requested to add emote to a personal set",
            context.country());
    if (filed != null) {
      transaction.emit(
          user,
          caller.sessionId(),
          new EntityEvent.OfModerationRequest(filed, new ModerationRequestChange.Create()));
    }
    moderation.checkLimit(transaction.session(), kind, user.id(), caller.permissions());
  }

  /** Positions of the entries of an emote, or of the one with the given alias. */
  static List<Integer> positions(EmoteSet set, Id emoteId, @Nullable String alias) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < set.emotes().size(); i++) {
      EmoteSet.Entry entry = set.emotes().get(i);
      if (entry.id().equals(emoteId) && (alias == null || entry.alias().equals(alias))) {
        positions.add(i);
      }
    }
    return positions;
  }

  /** The first of {@link #positions}; else 404. */
  static int firstPosition(EmoteSet set, Id emoteId, @Nullable String alias) {
    List<Integer> positions = positions(set, emoteId, alias);
    if (positions.isEmpty()) {
      throw new ApiException(404, ErrorCode.BAD_REQUEST, "emote not found in set");
    }
    return positions.getFirst();
  }
}
