// Package constructs holds the building blocks of a stage's stack, one file and
// one concern each.
//
// A construct takes a scope, an id and props, creates its resources below itself,
// and exposes what the others need as fields. None of them knows the stages: that
// is the stack's business.
package constructs
