/** Products, subscriptions and payments. */
@NullMarked
package app.seventv.api.billing;

import org.jspecify.annotations.NullMarked;
