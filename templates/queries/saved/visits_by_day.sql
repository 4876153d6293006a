-- Visits of each day, and the mean age of the patients.
SELECT day, count(*) AS visits, avg(CAST(age AS double)) AS mean_age
FROM curated.visits
GROUP BY day
ORDER BY day DESC;
