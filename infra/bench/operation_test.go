package bench

import (
	"reflect"
	"testing"
)

func TestReadOperations(t *testing.T) {
	const printed = `goos: linux
pkg: github.com/hearthgate/hearthgate/function/app
BenchmarkOperation/good/1000-2         	 2830522	       420.5 ns/op	     144 B/op	       2 allocs/op
BenchmarkOperation/good/1000-2         	 2830522	       400 ns/op	     144 B/op	       2 allocs/op
BenchmarkDirective-2   	    5000	    193000 ns/op	   35126 B/op	     241 allocs/op
PASS
pkg: github.com/hearthgate/hearthgate/function/gateway/cache
BenchmarkHit/100000 	 9830522	       79.9 ns/op	  12.5 MB/s	       0 B/op	       0 allocs/op
`
	want := []Operation{
		{"app BenchmarkOperation/good/1000", Spread{420.5, 400}, 2, 400},
		{"app BenchmarkDirective", Spread{193000}, 241, 0},
		{"cache BenchmarkHit/100000", Spread{79.9}, 0, 80},
	}
	if got := readOperations(printed); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
