// Package constructs holds the building blocks of a stage's stack, one concern a
// file.
//
// A construct takes a scope, an id and props, creates its resources in its own
// scope, and exposes as fields what the other constructs need. No construct knows
// the stages: the stack does.
package constructs
