/** Tests of the development login provider. */
@NullMarked
package app.seventv.devstack.login;

import org.jspecify.annotations.NullMarked;
