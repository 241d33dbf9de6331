/**
 * An in-process search server for development that speaks the Typesense subset the platform uses.
 */
@NullMarked
package app.seventv.devstack.typesense;

import org.jspecify.annotations.NullMarked;
