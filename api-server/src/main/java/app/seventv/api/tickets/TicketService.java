package app.seventv.api.tickets;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.Ticket;
import app.seventv.model.TicketMessage;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.TicketChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Reports of emotes, stored as tickets (api-v3.md §11.2, §11.5). */
public final class TicketService {
  private final Store store;
  private final Mutations mutations;
  private final RandomGenerator random;

  public TicketService(Store store, Mutations mutations, RandomGenerator random) {
    this.store = store;
    this.mutations = mutations;
    this.random = random;
  }

  /** Open reports of emotes, the most urgent first, then the oldest. */
  public List<Ticket> openReports(RequestContext context, int page, int perPage) {
    context.caller().guard(Permission.TICKET_MANAGE_ABUSE);
    context.charge(RateLimitResource.SEARCH);
    return store
        .tickets()
        .page(
            Filters.and(
                Filters.eq("open", true),
                Filters.eq("kind", Ticket.Kind.ABUSE.code()),
                Filters.eq("targets.kind", Ticket.TargetKind.EMOTE.tag())),
            Sorts.orderBy(Sorts.descending("priority"), Sorts.ascending("_id")),
            (page - 1) * perPage,
            perPage);
  }

  /** A report, or null if there is none of an emote. */
  public @Nullable Ticket report(RequestContext context, Id id) {
    context.caller().guard(Permission.TICKET_MANAGE_ABUSE);
    Ticket ticket = store.tickets().byId(id);
    return ticket != null && isReport(ticket) ? ticket : null;
  }

  private static boolean isReport(Ticket ticket) {
    return ticket.kind() == Ticket.Kind.ABUSE
        && !ticket.targets().isEmpty()
        && ticket.targets().getFirst().kind() == Ticket.TargetKind.EMOTE;
  }

  /** Reports an emote. */
  @Operation(
      value = "Mutation.createReport",
      noConflict = "an emote may be reported again",
      needs = Permission.TICKET_CREATE)
  public Ticket createReport(RequestContext context, Id emoteId, String subject, String body) {
    Caller caller = context.caller();
    caller.guard(Permission.TICKET_CREATE);
    LoadedUser author = caller.requireUser();
    return open(
        context, author, new Ticket.Target(Ticket.TargetKind.EMOTE, emoteId), subject, body);
  }

  /**
   * Reports anything that people make.
   *
   * @param content of the first message, null for none
   */
  @Operation(
      value = "TicketMutation.createAbuseTicket",
      needs = Permission.TICKET_CREATE,
      noConflict = "anything may be reported again")
  public Ticket createAbuse(
      RequestContext context, Ticket.Target target, String title, @Nullable String content) {
    LoadedUser author = context.caller().requireUser();
    context.caller().guard(Permission.TICKET_CREATE);
    return open(context, author, target, title, content);
  }

  private Ticket open(
      RequestContext context,
      LoadedUser author,
      Ticket.Target target,
      String title,
      @Nullable String content) {
    requireTarget(target);
    return mutations.create(transaction -> {
      Id ticketId = Id.generate(transaction.now().toEpochMilli(), random);
      TicketMessage message =
          content == null ? null : message(transaction, ticketId, author.id(), content);
      Id lastRead = message == null ? null : message.id();
      Ticket ticket =
          new Ticket(
              ticketId,
              Ticket.Priority.MEDIUM,
              List.of(new Ticket.Member(author.id(), Ticket.MemberKind.MEMBER, true, lastRead)),
              title,
              List.of(),
              context.country(),
              Ticket.Kind.ABUSE,
              List.of(target),
              author.id(),
              true,
              false,
              transaction.now(),
              null);
      transaction.insert(CollectionNames.TICKETS, ticket);
      if (message != null) {
        transaction.insert(CollectionNames.TICKET_MESSAGES, message);
      }
      transaction.emit(
          context.caller(), new EntityEvent.OfTicket(ticket, new TicketChange.Create()));
      return ticket;
    });
  }

  private void requireTarget(Ticket.Target target) {
    boolean known =
        switch (target.kind()) {
          case EMOTE -> store.emotes().byId(target.id()) != null;
          case EMOTE_SET -> store.emoteSets().byId(target.id()) != null;
          case USER -> store.users().byId(target.id()) != null;
        };
    if (!known) {
      throw ApiException.notFound(target.kind().tag().replace('_', ' ') + " not found");
    }
  }

  /**
   * What to change about a report; null leaves a part as it is.
   *
   * @param assign user to make responsible
   * @param unassign user who is no longer responsible
   * @param note message to add
   */
  public record Edit(
      Ticket.@Nullable Priority priority,
      @Nullable Boolean open,
      @Nullable Id assign,
      @Nullable Id unassign,
      @Nullable String note) {}

  /** Handles a report. */
  @Operation(
      value = "Mutation.editReport",
      needs = {Permission.TICKET_MANAGE_ABUSE, Permission.TICKET_MANAGE_GENERIC})
  public Ticket edit(RequestContext context, Id ticketId, Edit edit) {
    Caller caller = context.caller();
    caller.guard(Permission.TICKET_MANAGE_ABUSE);
    caller.guard(Permission.TICKET_MANAGE_GENERIC);
    caller.requireUser();
    return mutations.change(
        Mutations.Target.TICKET,
        ticketId,
        transaction -> {
          Ticket ticket = store.tickets().byId(transaction.session(), ticketId);
          if (ticket == null || !isReport(ticket)) {
            throw ApiException.notFound("ticket not found");
          }
          return apply(transaction, caller, ticket, edit);
        });
  }

  private Ticket apply(Transaction transaction, Caller caller, Ticket before, Edit edit) {
    List<Bson> writes = new ArrayList<>();
    List<TicketChange> changes = new ArrayList<>();
    if (edit.priority() != null) {
      writes.add(Updates.set("priority", edit.priority().code()));
      changes.add(
          new TicketChange.ChangePriority(before.priority().code(), edit.priority().code()));
    }
    if (edit.open() != null && edit.open() != before.open()) {
      writes.add(Updates.set("open", edit.open()));
      changes.add(new TicketChange.ChangeOpen(before.open(), edit.open()));
    }
    members(transaction, before, edit, writes, changes);
    Ticket after = before;
    if (!writes.isEmpty()) {
      BsonDocument document =
          transaction.update(
              CollectionNames.TICKETS,
              Filters.eq("_id", before.id().toBson()),
              writes.toArray(Bson[]::new));
      after = Ticket.fromBson(Objects.requireNonNull(document, "read in this transaction"));
    }
    for (TicketChange change : changes) {
      transaction.emit(caller, new EntityEvent.OfTicket(after, change));
    }
    if (edit.note() != null) {
      TicketMessage message =
          message(transaction, before.id(), caller.requireUser().id(), edit.note());
      transaction.insert(CollectionNames.TICKET_MESSAGES, message);
      transaction.emit(
          caller, new EntityEvent.OfTicketMessage(message, new TicketChange.Message()));
    }
    return after;
  }

  /** Nobody is assigned twice, and only assignments end here: authors stay members. */
  private void members(
      Transaction transaction,
      Ticket before,
      Edit edit,
      List<Bson> writes,
      List<TicketChange> changes) {
    Id person = edit.assign() == null ? edit.unassign() : edit.assign();
    if (person == null) {
      return;
    }
    if (store.users().byId(transaction.session(), person) == null) {
      throw ApiException.notFound("user not found");
    }
    List<Ticket.Member> members = new ArrayList<>(before.members());
    boolean assigned = members.stream().anyMatch(member -> isAssigned(member, person));
    if (edit.assign() != null && !assigned) {
      members.add(new Ticket.Member(person, Ticket.MemberKind.ASSIGNED, true, null));
      changes.add(new TicketChange.AddMember(person));
    } else if (edit.assign() == null && assigned) {
      members.removeIf(member -> isAssigned(member, person));
      changes.add(new TicketChange.RemoveMember(person));
    } else {
      return;
    }
    writes.add(Updates.set("members", members.stream().map(Ticket.Member::toBson).toList()));
  }

  private static boolean isAssigned(Ticket.Member member, Id person) {
    return member.kind() == Ticket.MemberKind.ASSIGNED && member.userId().equals(person);
  }

  private TicketMessage message(Transaction transaction, Id ticketId, Id author, String content) {
    return new TicketMessage(
        Id.generate(transaction.now().toEpochMilli(), random),
        ticketId,
        author,
        content,
        List.of(),
        transaction.now(),
        null);
  }
}
