package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.TicketMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;

/** What users and tickets own, for many owners at once. */
public final class Owned {
  private final Store store;

  public Owned(Store store) {
    this.store = store;
  }

  /** Emotes of each owner that are neither deleted nor merged, by id. */
  public Map<Id, List<Emote>> emotes(Collection<Id> owners) {
    List<Emote> alive =
        store.emotes().in("owner_id", owners.stream().map(Id::toBson).toList()).stream()
            .filter(emote -> !emote.deleted() && emote.merged() == null)
            .sorted(Comparator.comparing(Emote::id))
            .toList();
    return group(owners, alive, Emote::ownerId);
  }

  /** Emote sets of each owner, by id. */
  public Map<Id, List<EmoteSet>> sets(Collection<Id> owners) {
    List<EmoteSet> found =
        store.emoteSets().in("owner_id", owners.stream().map(Id::toBson).toList()).stream()
            .filter(set -> set.ownerId() != null)
            .sorted(Comparator.comparing(EmoteSet::id))
            .toList();
    return group(owners, found, set -> set.ownerId() == null ? Id.NIL : set.ownerId());
  }

  /** The same without their entries, which do not even cross the wire. */
  public Map<Id, List<EmoteSet>> setHeads(Collection<Id> owners) {
    List<BsonBinary> ids = owners.stream().map(Id::toBson).toList();
    List<EmoteSet> found =
        ReadableDocuments.all(
            store
                .collection(CollectionNames.EMOTE_SETS)
                .find(new BsonDocument("owner_id", new BsonDocument("$in", new BsonArray(ids))))
                .projection(new BsonDocument("emotes", BsonBoolean.FALSE)),
            head -> EmoteSet.fromBson(head.append("emotes", new BsonArray())));
    found.sort(Comparator.comparing(EmoteSet::id));
    return group(owners, found, set -> set.ownerId() == null ? Id.NIL : set.ownerId());
  }

  /** Messages of each ticket, oldest first. */
  public Map<Id, List<TicketMessage>> messages(Collection<Id> tickets) {
    List<TicketMessage> found =
        store.ticketMessages().in("ticket_id", tickets.stream().map(Id::toBson).toList()).stream()
            .sorted(Comparator.comparing(TicketMessage::id))
            .toList();
    return group(tickets, found, TicketMessage::ticketId);
  }

  private static <T> Map<Id, List<T>> group(
      Collection<Id> owners, List<T> items, Function<T, Id> owner) {
    Map<Id, List<T>> groups = new HashMap<>();
    owners.forEach(id -> groups.put(id, new ArrayList<>()));
    items.forEach(
        item -> groups.computeIfAbsent(owner.apply(item), id -> new ArrayList<>()).add(item));
    return groups;
  }
}
