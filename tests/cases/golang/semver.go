//go:build ignore

// Prints semver.txt with github.com/Masterminds/semver/v3 3.5.0: versions, their order, constraints on them.
package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var q = strconv.Quote

func show(v *semver.Version, err error) string {
	if err != nil {
		return q("error: " + err.Error())
	}
	major, minor := v.IncMajor(), v.IncMinor()
	patch := v.IncPatch()
	return q(strings.Join([]string{v.String(), fmt.Sprint(v.Major()), fmt.Sprint(v.Minor()), fmt.Sprint(v.Patch()), v.Prerelease(), v.Metadata(), v.Original(),
		major.Original(), minor.Original(), patch.Original()}, "|"))
}

func main() {
	texts := []string{"", "1", "v1", "V1", "1.2", "1.2.3", "v1.2.3", "vv1", "01.02.03", "1.2.3.4", "1.2.", ".1", "1..2", "1.2.3-", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-alpha.01", "1.2.3-01a", "1.2.3-0", "1.2.3--", "1.2.3-a..b",
		"1.2.3-a.", "1.2.3+", "1.2.3+b", "1.2.3+b.1", "1.2.3+01", "1.2.3-a+b", "1.2.3+b-a", "1.2.3+b+c", "1.2-rc1", "1-rc1", "1.2+m", "v1.2.3-rc.1+build.5", "1.2.3 ", " 1.2.3", "1.2.3\n", "1.2.x", "x", "a.b.c", "-1.2.3", "1.-2.3",
		"18446744073709551616.0.0", "1.18446744073709551616", "1.2.18446744073709551616", "18446744073709551614.0.0", "1.2.3-蓝", "1.2.3-a_b", "1.2.3+a_b", "0.0.0", "1.27.3+k3s1", "v1.30.0-eks-1234", "v1.37.0", strings.Repeat("1", 257), "1.2.3-" + strings.Repeat("a", 250), "1.2.3-" + strings.Repeat("a", 251)}
	for _, text := range texts {
		v, err := semver.NewVersion(text)
		s, strict := semver.StrictNewVersion(text)
		fmt.Printf("version\t%s\t%s\t%s\n", q(text), show(v, err), show(s, strict))
	}
	ordered := []string{"0.0.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-1", "1.0.0--1", "1.0.0-99999999999999999999", "1.0.0-a.b.c", "1.0.0-2.a", "1.0.0", "1.0.0+x", "1.0.1", "1.1.0", "2.0.0-0", "10.0.0"}
	for _, a := range ordered {
		for _, b := range ordered {
			fmt.Printf("compare\t%s\t%s\t%d\n", q(a), q(b), semver.MustParse(a).Compare(semver.MustParse(b)))
		}
	}
	constraints := []string{"", " ", "*", "x", "X", "1", "1.x", "1.*", "1.2", "1.2.x", "1.2.3", "v1.2.3", "=1.2.3", "= 1.2.3", "==1.2.3", "!=1.2.3", "!=1.2", "!=1", "!=*", "!1.2.3", ">1.2.3", ">1.2", ">1", ">*", ">=1.2.3", ">=1.2", ">=1", "=>1.2", "<1.2.3", "<1.2", "<1",
		"<=1.2.3", "<=1.2", "<=1", "=<1.2", "<=*", "~1.2.3", "~1.2", "~1", "~*", "~0.0.0", "~>1.2", "~ 1.2", "^1.2.3", "^1.2", "^1", "^0.2.3", "^0.2", "^0.0.3", "^0.0", "^0", "^*", "^0.0.0", ">=1.2, <2", ">=1.2,<2", ">=1.2 <2", ">=1.2  ,  <2", ">=1.2<2", ">=1.2,,<2", ">=1.2,", ",>=1.2",
		"1 || 2", "1||2", "<1 || >=2 <3 || 4.x", "1 ||", "|| 1", "1 | 2", "1|2", "1 - 2", "1.2 - 1.4.5", "1.2.3 - 2.3.4 || 5", "1 -2", "1- 2", "1-2", "1 - 2||3 - 4", "1 - 2 || 3 - 4", "1.2.3-a - 1.2.4", ">= 1.2.3-0", ">=1.2.3-alpha", ">1.2.3-alpha <2", "^1.2.3-0", "~1.2.3-beta.2", "!=1.2.3-beta", "!=1.2-beta",
		"<2.0.0-0", ">0.0.0-0", "*-0", "1.x-0", "1.2-0", ">=1.2-0", ">=1.19-0", ">= 1.19.0-0", "<1.14-0", "^1.19-0", "1.2.3+b", ">=1.2.3+b", "a", "1.a", "1.2.3.4", "1.2.", ">=", ">= ", "<>1", "1.2.3-", "1.2.3-01", ">=1.2.3-01", "01.2.3", "xx", "1xx", "1.x.3", "x.1", "x.1.2", "1.2.3 foo", "1.2\t<2\n", "＞1", "≥1",
		"1 - 2 1 - 2", "1.2.3.4 - 5", "18446744073709551616", strings.Repeat("1||", 31) + "1", strings.Repeat("1||", 32) + "1", strings.Repeat(" ", 513), "1 - 2 - 3", ">=1.0 !=1.5.0 <2.0", "~1.2 || ~1.4", "v1", ">v1.2", "v1.x", "vx"}
	versions := []string{"0.0.0", "0.0.3", "0.2.3", "0.2.5", "0.3.0", "1.0.0", "1.2.2", "1.2.3", "1.2.3-alpha", "1.2.3-beta.2", "1.2.3+b", "1.2.4", "1.2.4-rc.1", "1.3.0", "1.4.5", "1.19.0", "1.20.3-gke.100", "1.30.2", "2.0.0", "2.0.0-0", "2.3.4", "3.0.0", "4.1.0", "5.0.0"}
	for _, text := range constraints {
		c, err := semver.NewConstraint(text)
		if err != nil {
			fmt.Printf("constraint\t%s\t%s\n", q(text), q("error: "+err.Error()))
			continue
		}
		columns := []string{"constraint", q(text), q(c.String())}
		for _, version := range versions {
			v := semver.MustParse(version)
			_, errs := c.Validate(v)
			var all []string
			for _, err := range errs {
				all = append(all, err.Error())
			}
			columns = append(columns, q(fmt.Sprintf("%s %v %s", version, c.Check(v), strings.Join(all, "; "))))
		}
		fmt.Println(strings.Join(columns, "\t"))
	}
}
