// Package core runs operations.
//
// Everything the function does is an [Operation] of one of ten gateways. An
// operation is a typed name: which gateway offers it, what it is called, what
// goes in and what comes out. [Handle] binds an implementation to it, [Do] runs
// it through the services of the gateways that its own gateway may use, and
// [Execute] does the same for a name and JSON.
//
// Which gateway may use which is the matrix in matrix.go. It is read when an
// operation is bound, so a chain holds exactly the services that its row ticks,
// and nothing has to be looked up while it runs.
//
// Package core imports the standard library and config only.
package core
