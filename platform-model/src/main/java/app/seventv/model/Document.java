package app.seventv.model;

import org.bson.BsonDocument;

/** A record with a stored form; nested documents are documents too. */
public interface Document {

  /** The stored form, with its fields in the order of data-model.md. */
  BsonDocument toBson();
}
