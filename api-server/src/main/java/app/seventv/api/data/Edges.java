package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;

/** Writes of entitlement edges. An edge is its own id; there is nothing in it to change. */
public final class Edges {
  private final MongoCollection<BsonDocument> collection;

  public Edges(Store store) {
    this.collection = store.collection(CollectionNames.ENTITLEMENT_EDGES);
  }

  /** The edges that leave a node. */
  public List<EntitlementEdge> from(Transaction transaction, EntitlementNode node) {
    return find(transaction, Filters.eq("_id.from", node.toBson()));
  }

  /** The edges that match a filter. */
  public List<EntitlementEdge> find(Transaction transaction, Bson filter) {
    return collection
        .find(transaction.session(), filter)
        .map(EntitlementEdge::fromBson)
        .into(new ArrayList<>());
  }

  /** Inserts an edge unless it exists, and says whether it did. */
  public boolean insertIfAbsent(Transaction transaction, EntitlementEdge edge) {
    Bson same = Filters.eq("_id", edge.idToBson());
    if (collection.find(transaction.session(), same).first() != null) {
      return false;
    }
    transaction.insert(CollectionNames.ENTITLEMENT_EDGES, edge);
    return true;
  }

  /** Deletes an edge and says whether there was one. */
  public boolean delete(Transaction transaction, EntitlementEdge edge) {
    return transaction.delete(CollectionNames.ENTITLEMENT_EDGES, Filters.eq("_id", edge.idToBson()))
        > 0;
  }

  /** Deletes all edges of a node, in both directions. */
  public void deleteAll(Transaction transaction, EntitlementNode node) {
    transaction.delete(
        CollectionNames.ENTITLEMENT_EDGES,
        Filters.or(Filters.eq("_id.from", node.toBson()), Filters.eq("_id.to", node.toBson())));
  }
}
