-- 2027 年法定节假日 · the statutory holidays of 2027
--
-- 待替换：国务院 2027 年放假调休安排公布后，请按通知改写本文件（连休、调休上班日），并去掉 announced = false。
-- 此处只列《全国年节及纪念日放假办法》规定的法定节日，不含调休。
-- To be replaced: when the arrangement of the State Council for 2027 is published, write its days off and
-- make-up work days here and take announced = false away. Until then these are the days that the law
-- itself gives, without what is moved around them.
return {
    announced = false,
    basis = {
        zh = "全国年节及纪念日放假办法（2024年修订）第二条",
        en = "Regulation on public holidays, as amended in 2024, art. 2",
    },
    off = {
        { from = "2027-01-01", to = "2027-01-01", zh = "元旦", en = "New Year" },
        { from = "2027-02-05", to = "2027-02-08", zh = "春节（除夕至初三）", en = "Spring Festival" },
        { from = "2027-04-05", to = "2027-04-05", zh = "清明节", en = "Qingming" },
        { from = "2027-05-01", to = "2027-05-02", zh = "劳动节", en = "Labour Day" },
        { from = "2027-06-09", to = "2027-06-09", zh = "端午节", en = "Dragon Boat Festival" },
        { from = "2027-09-15", to = "2027-09-15", zh = "中秋节", en = "Mid-Autumn Festival" },
        { from = "2027-10-01", to = "2027-10-03", zh = "国庆节", en = "National Day" },
    },
    work = {},
}
