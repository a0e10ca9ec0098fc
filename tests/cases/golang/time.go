//go:build ignore

// Prints time.txt: Go's time layouts, parsing, zones and durations. Run with TZ=UTC.
package main

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

var q = strconv.Quote

func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func main() {
	zones := []string{"UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe"}
	instants := []time.Time{
		time.Unix(0, 0), time.Unix(1577934245, 600), time.Unix(1136214245, 123456789), time.Unix(1719792000, 120000000), time.Unix(1710054000, 0), time.Unix(1729994400, 1000),
		time.Unix(-1, 999999999), time.Unix(-62135596800, 0), time.Unix(253402300799, 999999999), time.Unix(951782400, 50000000), time.Unix(1704067199, 100), time.Unix(-2208988800, 0), time.Unix(4102444800, 0), time.Unix(253402300800, 0), time.Unix(-62200000000, 5),
	}
	layouts := []string{time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano, time.Kitchen, time.Stamp, time.StampMilli, time.DateTime,
		"", "2006", "06", "1/2/2006", "_2 Jan", "__2 002", "15:04:05.000000000", "3:4:5 pm", "03:04:05 PM", "05.00 05,000 05.999 05,9", "05.0000000000000", ".0x .00 .5 .000001", "-07 -0700 -07:00 -070000 -07:00:00", "Z07 Z0700 Z07:00 Z070000 Z07:00:00",
		"January Jan Janu Monday Mon Mond MST M", "_2006 _2 2006-01-02T", "日期 2006年01月02日", "20060102150405", "2006-01-02 15:04:05 -0700 MST", "0102 003 00", "1-15-2-3-4-5", "%Y-%m-%d", "\xff2006"}
	for _, name := range zones {
		for _, t := range instants {
			t := t.In(zone(name))
			columns := fmt.Sprintf("format\t%s\t%d\t%d\t%s", name, t.Unix(), t.Nanosecond(), q(t.String()+"|"+fmt.Sprintf("%d %d %d %v %t", t.Year(), t.YearDay(), t.Weekday(), t.Month(), t.IsDST())))
			fmt.Println(columns)
			if t.Nanosecond() != 600 && t.Nanosecond() != 123456789 && name != "UTC" {
				continue
			}
			for _, layout := range layouts {
				fmt.Printf("layout\t%s\t%d\t%d\t%s\t%s\n", name, t.Unix(), t.Nanosecond(), q(layout), q(t.Format(layout)))
			}
		}
	}
	for _, c := range [][2]string{
		{time.RFC3339, "2020-01-02T03:04:05Z"}, {time.RFC3339, "2020-01-02T03:04:05.123456789+08:00"}, {time.RFC3339, "2020-01-02T03:04:05,5Z"}, {time.RFC3339, "2020-01-02T03:04:05+00:00"}, {time.RFC3339, "2020-01-02 03:04:05Z"}, {time.RFC3339, "2020-13-02T03:04:05Z"},
		{time.RFC3339, "2020-02-30T03:04:05Z"}, {time.RFC3339, "2020-01-02T24:04:05Z"}, {time.RFC3339, "2020-01-02T03:60:05Z"}, {time.RFC3339, "2020-01-02T03:04:60Z"}, {time.RFC3339, "2020-01-02T03:04:05"}, {time.RFC3339, ""}, {time.RFC3339, "2020-01-02T03:04:05+25:00"}, {time.RFC3339, "2020-01-02T03:04:05+08:61"}, {time.RFC3339, "2020-01-02T03:04:05+24:00"},
		{time.RFC3339, "2020-01-02T3:04:05Z"}, {time.RFC3339, "2020-01-02T03:04:05Z x"}, {time.RFC3339, "20-01-02"}, {time.RFC3339, "2020-01-02T03:04:05.Z"}, {time.RFC3339, "2020-01-02T03:04:05.1234567891234Z"},
		{"2006-01-02", "2017-12-31"}, {"2006-01-02", "2017-12-31 "}, {"2006-01-02", "2017/12/31"}, {"2006-01-02", "2017-1-1"}, {"2006-1-2", "2017-12-31"}, {"2006-1-2", "2017-1-1"}, {"2006-01-02", "2016-02-29"}, {"2006-01-02", "2017-02-29"}, {"2006-01-02", "2017-04-31"}, {"2006-01-02", "2017-00-01"}, {"2006-01-02", "2017-01-00"}, {"2006-01-02", "17-01-01"}, {"2006-01-02", "12345-01-01"}, {"2006-01-02", "-001-01-01"},
		{"06-01-02", "68-01-02"}, {"06-01-02", "69-01-02"}, {"06", "-1"}, {"06", "+9"}, {"06", "x1"}, {"06", "1"}, {"Jan _2 2006", "Feb  4 2008"}, {"Jan _2 2006", "feb 14 2008"}, {"January 2, 2006", "FEBRUARY 4, 2008"}, {"Jan 2", "Foo 2"}, {"Monday, January 2", "tuesday, march 3"}, {"Mon", "Xyz"}, {"Mon Jan 2", "Fri Jan 1"},
		{"3:04PM", "12:00AM"}, {"3:04PM", "12:00PM"}, {"3:04PM", "1:05PM"}, {"3:04PM", "13:05PM"}, {"3:04pm", "1:05pm"}, {"3:04pm", "1:05PM"}, {"3PM", "1"}, {"15h", "23h"}, {"15", "2"}, {"03", "2"}, {"04", "5"}, {"4", "5"}, {"05", "7"},
		{"002 2006", "060 2020"}, {"2006 002", "2021 060"}, {"2006 002", "2020 366"}, {"2006 002", "2021 366"}, {"2006 __2", "2021   5"}, {"2006 __2", "2021  45"}, {"2006 002", "2021 45"}, {"2006-01 002", "2021-02 060"}, {"2006-01-02 002", "2021-03-01 060"}, {"2006-01-02 002", "2021-03-02 060"}, {"2006 002", "2021 000"},
		{"2006 MST", "2020 PST"}, {"2006 MST", "2020 UTC"}, {"2006 MST", "2020 GMT"}, {"2006 MST", "2020 GMT+3"}, {"2006 MST", "2020 GMT-12"}, {"2006 MST", "2020 GMT+99"}, {"2006 MST", "2020 CEST"}, {"2006 MST", "2020 ABCDE"}, {"2006 MST", "2020 ABCDT"}, {"2006 MST", "2020 WITA"}, {"2006 MST", "2020 ChST"}, {"2006 MST", "2020 +03"}, {"2006 MST", "2020 -0330"}, {"2006 MST", "2020 ab"}, {"2006 MST", "2020 ABCDEF"}, {"2006 MST", "2020 EST"}, {"2006-01-02 MST", "2020-07-01 EST"}, {"2006-01-02 MST", "2020-07-01 EDT"}, {"2006-01-02 MST", "2020-07-01 CST"}, {"2006-01-02 MST", "2020-01-01 CET"},
		{"2006 -0700", "2020 +0800"}, {"2006 -07:00", "2020 +08:00"}, {"2006 -07", "2020 -05"}, {"2006 -070000", "2020 +080030"}, {"2006 -07:00:00", "2020 +08:00:30"}, {"2006 Z0700", "2020 Z"}, {"2006 Z0700", "2020 +0100"}, {"2006 -0700", "2020 Z"}, {"2006 -0700", "2020 *0800"}, {"2006 -0700", "2020 +08"}, {"2006 -07:00", "2020 +0800"}, {"2006 -0700", "2020 +0x00"}, {"2006 -0700 MST", "2020 +0800 CST"}, {"2006 -0700 MST", "2020 -0500 EST"}, {"2006-01-02 -0700 MST", "2020-07-01 -0500 EST"}, {"2006 -0700 MST", "2020 +0800 XYZ"}, {"2006 -0700", "2020 -0000"}, {"2006 -07:00:00", "2020 -00:00:01"},
		{"MST", "CST"}, {"MST", "EST"}, {"-0700", ".999-0300"}, {"-07:00", "+99:99"}, {"05.000", "07.123"}, {"05.000", "07.12"}, {"05.000", "07"}, {"05.999", "07"}, {"05.999", "07.123456"}, {"05.999", "07,5"}, {"05", "07.5"}, {"05", "07.x"}, {"05.00", "07.-5"}, {"05.000", "07x123"}, {"05,000", "07.123"}, {"05.0000000000", "07.1234567891"},
		{"2006年01月02日", "2020年03月04日"}, {"2006 x", "2020 y"}, {"2006  x", "2020 x"}, {"2006 x", "2020    x"}, {"2006 ", "2020"}, {" 2006", "2020"}, {"", ""}, {"", "x"}, {"x", ""}, {"2006\"", "2020\\"}, {"\xff", "a\x01"}, {"2006-01-02T15:04", "2020-03-08T02:30"}, {"2006-01-02T15:04", "2020-11-01T01:30"}, {"2006-01-02T15:04", "2020-03-29T02:30"}, {time.ANSIC, "Mon Jan  2 15:04:05 2006"}, {time.RFC1123, "Mon, 02 Jan 2006 15:04:05 MST"}, {"2006-01-02 15:04:05.999999999 -0700 MST", "2020-01-02 03:04:05.6 +0000 UTC"},
	} {
		for _, name := range []string{"", "UTC", "America/New_York", "Europe/Berlin", "Asia/Shanghai"} {
			var t time.Time
			var err error
			if name == "" {
				t, err = time.Parse(c[0], c[1])
			} else {
				t, err = time.ParseInLocation(c[0], c[1], zone(name))
			}
			result := q(fmt.Sprint(t))
			if err != nil {
				result = q("error: " + err.Error())
			}
			fmt.Printf("parse\t%s\t%s\t%s\t%s\n", q(name), q(c[0]), q(c[1]), result)
		}
	}
	for _, name := range []string{"", "UTC", "Local", "Europe/Berlin", "europe/berlin", "Nope/Nope", "../etc/passwd", "/etc/passwd", "EST", "CET", "Etc/GMT+3", "EST5EDT", "Z", "PRC"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			fmt.Printf("zone\t%s\t%s\n", q(name), q("error: "+err.Error()))
		} else {
			fmt.Printf("zone\t%s\t%s\n", q(name), q(loc.String()+" "+time.Unix(1577934245, 0).In(loc).Format("-0700 MST")))
		}
	}
	base := time.Unix(1136214245, 123456789).In(zone("America/New_York"))
	for _, c := range [][7]int{{2020, 1, 2, 3, 4, 5, 6}, {2020, 14, 35, 30, 90, 100, 2000000000}, {2020, 0, 0, -1, -1, -1, -1}, {2020, -13, 1, 0, 0, 0, 0}, {2020, 3, 8, 2, 30, 0, 0}, {2020, 11, 1, 1, 30, 0, 0}, {0, 1, 1, 0, 0, 0, 0}, {-5, 2, 29, 0, 0, 0, 0}, {2100, 2, 29, 0, 0, 0, 0}} {
		t := time.Date(c[0], time.Month(c[1]), c[2], c[3], c[4], c[5], c[6], zone("America/New_York"))
		u := base.AddDate(c[0]-2020, c[1], c[2])
		fmt.Printf("date\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", c[0], c[1], c[2], c[3], c[4], c[5], c[6], q(t.String()), q(u.String()))
	}
	durations := []int64{0, 1, -1, 999, 1000, 1001, 1500, 999999, 1000000, 1100000, 999999999, 1000000000, 1500000000, 59999999999, 60000000000, 61500000000, 3600000000000, 5400000000000, 90061000000001, -90061000000001, math.MaxInt64, math.MinInt64}
	for _, n := range durations {
		d := time.Duration(n)
		fmt.Printf("duration\t%d\t%s\t%s\n", n, q(d.String()), q(fmt.Sprint(d.Hours(), d.Minutes(), d.Seconds(), d.Milliseconds(), int64(d.Abs()))))
		for _, m := range []int64{0, -5, 1, 7, 1000, 1000000000, 60000000000, 3600000000000} {
			t := base.Add(d / 1000)
			fmt.Printf("round\t%d\t%d\t%d\t%d\t%s\t%s\n", n, m, int64(d.Round(time.Duration(m))), int64(d.Truncate(time.Duration(m))), q(t.Round(time.Duration(m)).String()), q(t.Truncate(time.Duration(m)).String()))
		}
	}
	for _, text := range []string{"", "0", "-0", "+0", "5", "5s", "-5s", "+5s", "1.5h", "1h30m", "1h15m30.918273645s", "2h45m3ms", "100ns", "10us", "10µs", "10μs", "10ms", ".5s", "5.s", ".s", "1.", "-", "+", "s", "1x", "1 h", " 1h", "1h ", "1d", "1.5.5s", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "-9223372036854775809ns",
		"2562047h47m16.854775807s", "2562047h47m16.854775808s", "3000000h", "0.3333333333333333333h", "0.9223372036854775807h", "0.100000000000000000000h", "1h1h", "99999999999999999999s", "1e3s", "1\"s", "1蓝", "0.000000000001s", "1m-5s", "95"} {
		d, err := time.ParseDuration(text)
		if err != nil {
			fmt.Printf("parseduration\t%s\t%s\n", q(text), q("error: "+err.Error()))
		} else {
			fmt.Printf("parseduration\t%s\t%s\n", q(text), q(fmt.Sprint(int64(d))))
		}
	}
	for _, name := range []string{"UTC", "Europe/Berlin"} {
		fmt.Printf("gostring\t%s\t%s\n", name, q(fmt.Sprintf("%#v", base.In(zone(name)))))
	}
	fmt.Printf("marshal\t%s\n", q(func() string { b, _ := base.MarshalJSON(); return string(b) }()))
}
