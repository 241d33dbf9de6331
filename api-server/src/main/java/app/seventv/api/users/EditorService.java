package app.seventv.api.users;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Editors;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserEditor;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserEditorChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Whom users let act for them (api-v3.md §11.5 {@code editors}, api-v4.md §11.5). */
public final class EditorService {
  private static final String REFUSAL = "you do not have permission to modify editors";
  private static final String NEEDED = "ManageEditors";
  private static final String EDITOR_MANAGERS =
      "oneself, an editor with User.ManageEditors (up to the own permissions), or User.ManageAny";

  private final Store store;
  private final UserLoader users;
  private final Editors editors;
  private final EditorGate gate;
  private final Mutations mutations;

  public EditorService(
      Store store, UserLoader users, Editors editors, EditorGate gate, Mutations mutations) {
    this.store = store;
    this.users = users;
    this.editors = editors;
    this.gate = gate;
    this.mutations = mutations;
  }

  /**
   * Gives an editor these permissions, inviting the person first if need be; with no permissions at
   * all the editor is removed. Editors may always remove themselves.
   *
   * @param requested null to remove
   */
  @Operation(
      value = "UserOps.editors",
      needs = Permission.USER_INVITE_EDITORS,
      who =
          "oneself, the editor who leaves, an editor with User.ManageEditors (up to the own permissions), or User.ManageAny")
  public void set(
      RequestContext context, Id userId, Id editorId, @Nullable EditorPermissions requested) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_EDITOR);
    requireInviter(caller);
    boolean leaving = requested == null && caller.is(editorId);
    if (!leaving) {
      gate.require(caller, userId, Bit.USER_EDITORS, REFUSAL, NEEDED);
    }
    if (requested == null) {
      remove(caller, userId, editorId);
      return;
    }
    requireMayGrant(caller, userId, requested);
    requireOther(userId, editorId);
    LoadedUser editor = requireEditor(editorId);
    mutations.<@Nullable Void>change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          UserEditor known = find(transaction, userId, editorId);
          if (known == null) {
            invite(transaction, caller, userId, editor, requested);
          } else if (known.permissions().equals(requested)) {
            throw ApiException.badRequest("permissions are unchanged");
          } else {
            edit(transaction, caller, known, editor, requested);
          }
          return null;
        });
  }

  /** Invites an editor (api-v4.md §11.5). */
  @Operation(
      value = "UserEditorMutation.create",
      needs = Permission.USER_INVITE_EDITORS,
      who = EDITOR_MANAGERS)
  public UserEditor create(
      RequestContext context, Id userId, Id editorId, EditorPermissions requested) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_EDITOR);
    requireInviter(caller);
    gate.require(caller, userId, Bit.USER_EDITORS, REFUSAL, NEEDED);
    requireMayGrant(caller, userId, requested);
    requireOther(userId, editorId);
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          if (find(transaction, userId, editorId) != null) {
            throw ApiException.badRequest("editor already exists");
          }
          return invite(transaction, caller, userId, requireEditor(editorId), requested);
        });
  }

  /** The row that an operation is about, else 404. */
  public UserEditor require(Id userId, Id editorId) {
    return present(editors.find(userId, editorId));
  }

  private static UserEditor present(@Nullable UserEditor row) {
    if (row == null) {
      throw ApiException.notFound("user editor not found");
    }
    return row;
  }

  /**
   * Removes an editor; only editors themselves forget that they refused.
   *
   * @return whether there was one
   */
  @Operation(
      value = "UserEditorOperation.delete",
      who = EDITOR_MANAGERS + ", or the editor; a refused invitation only the editor")
  public boolean delete(RequestContext context, UserEditor row) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_EDITOR);
    caller.requireUser();
    if (!caller.is(row.editorId())) {
      if (row.state() == UserEditor.State.REJECTED) {
        throw ApiException.forbidden("you do not have permission to delete rejected editors");
      }
      gate.require(caller, row.userId(), Bit.USER_EDITORS, REFUSAL, NEEDED);
    }
    return remove(caller, row.userId(), row.editorId());
  }

  /** Accepts or refuses an invitation. */
  @Operation(value = "UserEditorOperation.updateState", who = "the editor")
  public UserEditor answer(RequestContext context, UserEditor row, boolean accept) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_EDITOR);
    caller.requireUser();
    if (!caller.is(row.editorId())) {
      throw ApiException.forbidden(
          "you do not have permission to update editor state on behalf of others");
    }
    return mutations.change(
        Mutations.Target.USER,
        row.userId(),
        transaction -> {
          UserEditor known = present(find(transaction, row.userId(), row.editorId()));
          if (known.state() != UserEditor.State.PENDING) {
            throw ApiException.badRequest("editor is not pending");
          }
          UserEditor.State state = accept ? UserEditor.State.ACCEPTED : UserEditor.State.REJECTED;
          return update(transaction, known, Updates.set("state", state.code()));
        });
  }

  /** Changes what an accepted editor may do. */
  @Operation(value = "UserEditorOperation.updatePermissions", who = EDITOR_MANAGERS)
  public UserEditor changePermissions(
      RequestContext context, UserEditor row, EditorPermissions requested) {
    Caller caller = context.caller();
    context.charge(RateLimitResource.USER_CHANGE_EDITOR);
    caller.requireUser();
    if (caller.is(row.editorId())) {
      throw ApiException.forbidden("you do not have permission to update your own permissions");
    }
    gate.require(caller, row.userId(), Bit.USER_EDITORS, REFUSAL, NEEDED);
    requireMayGrant(caller, row.userId(), requested);
    return mutations.change(
        Mutations.Target.USER,
        row.userId(),
        transaction -> {
          UserEditor known = present(find(transaction, row.userId(), row.editorId()));
          if (known.state() != UserEditor.State.ACCEPTED) {
            throw ApiException.badRequest("this editor is not accepted");
          }
          return known.permissions().equals(requested)
              ? known
              : edit(transaction, caller, known, requireEditor(row.editorId()), requested);
        });
  }

  private static void requireInviter(Caller caller) {
    caller.requireUser();
    if (!caller.has(Permission.USER_INVITE_EDITORS)) {
      throw ApiException.forbidden("you are not allowed to invite editors");
    }
  }

  private static void requireOther(Id userId, Id editorId) {
    if (userId.equals(editorId)) {
      throw ApiException.badRequest("you cannot invite yourself as an editor");
    }
  }

  private LoadedUser requireEditor(Id editorId) {
    LoadedUser editor = users.fullById(editorId);
    if (editor == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "failed to load user");
    }
    return editor;
  }

  /** An editor who may manage editors must not hand out more than the own permissions (P3). */
  private void requireMayGrant(Caller caller, Id userId, EditorPermissions requested) {
    if (caller.is(userId) || caller.has(Permission.USER_MANAGE_ANY)) {
      return;
    }
    UserEditor own = editors.find(userId, caller.requireUser().id());
    if (own == null || !own.permissions().covers(requested)) {
      throw ApiException.badRequest("you cannot grant permissions that you do not have");
    }
  }

  private boolean remove(Caller caller, Id userId, Id editorId) {
    return mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          UserEditor known = find(transaction, userId, editorId);
          if (known != null) {
            transaction.delete(CollectionNames.USER_EDITORS, Filters.eq("_id", known.idToBson()));
            LoadedUser editor = users.fullById(editorId);
            if (editor != null) {
              transaction.emit(
                  caller,
                  new EntityEvent.OfUserEditor(
                      known, new UserEditorChange.RemoveEditor(editor.user())));
            }
          }
          return known != null;
        });
  }

  private UserEditor invite(
      Transaction transaction,
      Caller caller,
      Id userId,
      LoadedUser editor,
      EditorPermissions permissions) {
    long rows =
        store
            .collection(CollectionNames.USER_EDITORS)
            .countDocuments(transaction.session(), Filters.eq("_id.user_id", userId.toBson()));
    if (rows >= UserEditor.MAX_EDITORS_PER_USER) {
      throw ApiException.badRequest(
          "editor limit of " + UserEditor.MAX_EDITORS_PER_USER + " reached");
    }
    UserEditor row =
        new UserEditor(
            userId,
            editor.id(),
            editor.permissions().has(Permission.FLAGS_ACCEPT_EDITOR_INVITES)
                ? UserEditor.State.ACCEPTED
                : UserEditor.State.PENDING,
            null,
            permissions,
            caller.requireUser().id(),
            transaction.now(),
            transaction.now(),
            null);
    transaction.insert(CollectionNames.USER_EDITORS, row);
    transaction.emit(
        caller, new EntityEvent.OfUserEditor(row, new UserEditorChange.AddEditor(editor.user())));
    return row;
  }

  private static UserEditor edit(
      Transaction transaction,
      Caller caller,
      UserEditor known,
      LoadedUser editor,
      EditorPermissions permissions) {
    UserEditor after = update(transaction, known, Updates.set("permissions", permissions.toBson()));
    transaction.emit(
        caller,
        new EntityEvent.OfUserEditor(
            after,
            new UserEditorChange.EditPermissions(editor.user(), known.permissions(), permissions)));
    return after;
  }

  private static UserEditor update(Transaction transaction, UserEditor row, Bson change) {
    BsonDocument after =
        transaction.update(CollectionNames.USER_EDITORS, Filters.eq("_id", row.idToBson()), change);
    return UserEditor.fromBson(Objects.requireNonNull(after, "read in this transaction"));
  }

  private @Nullable UserEditor find(Transaction transaction, Id userId, Id editorId) {
    BsonDocument found =
        store
            .collection(CollectionNames.USER_EDITORS)
            .find(transaction.session(), Filters.eq("_id", UserEditor.idToBson(userId, editorId)))
            .first();
    return found == null ? null : UserEditor.fromBson(found);
  }
}
