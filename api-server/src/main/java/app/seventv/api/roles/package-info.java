/** Changes of roles and who holds them. */
@NullMarked
package app.seventv.api.roles;

import org.jspecify.annotations.NullMarked;
